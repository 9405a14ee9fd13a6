// A network namespace of the test's own, and what stands in it. Nothing here reaches the host's network.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "tests/support/skip.hpp"
#include "tests/system/process.hpp"

namespace tunstack::test {

inline const std::string program = TUNSTACK_PROGRAM;

/// What the kernel says about a link, without the link-local addresses that it makes itself.
struct Link {
  bool up;
  std::size_t mtu;
  std::set<std::string> addresses;  // ADDR/LEN
};

class Network {
 public:
  /// Empty but for a loopback device that is down; in a user namespace of its own unless the test is run by root.
  Network();

  /// Why there is none; empty if there is one.
  const std::string& fault() const { return fault_; }

  /// Makes the calling process a member.
  bool enter() const;
  Outcome run(const Command& command, Milliseconds limit = patience) const;
  Outcome shell(const std::string& script) const { return run({"sh", "-c", script}); }

  std::optional<Link> link(const std::string& name = "tun0") const;
  /// Destinations of the routes through a link, both families.
  std::set<std::string> routes(const std::string& name = "tun0") const;

 private:
  FileDescriptor user_, net_;
  std::string fault_;
};

/// A test with an empty network. Where none can be made it is skipped, but in CI it fails.
class SystemTest : public testing::Test {
 protected:
  void SetUp() override;

  /// tunstack with `arguments`, to its end.
  Outcome tunstack(Command arguments, Milliseconds limit = patience) const;
  /// `tunstack exec -- command`.
  Outcome exec(const Command& command) const;
  std::unique_ptr<Process> start(const Command& command) const;
  std::unique_ptr<Process> start_tunstack(Command arguments) const;
  /// `tunstack up` with `arguments`, once it is up; a test failure if it is not.
  std::unique_ptr<Process> up(Command arguments = {}) const;

  /// Pings once from the kernel's side.
  bool answers(const std::string& address) const;

  Network network;
};

/// What a fault looks like: a status and three lines on stderr, the first with the program's name.
#define EXPECT_FAULT(outcome, status) ::tunstack::test::expect_fault(outcome, status, __FILE__, __LINE__)
void expect_fault(const Outcome& outcome, int status, const char* file, int line);

std::vector<std::string> lines_of(const std::string& text);

}  // namespace tunstack::test
