// The socket of a running stack: names, what is left behind, and clients that do not read.
#include "tunstack/control/control_socket.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>

#include "tunstack/control/control_client.hpp"
#include "tunstack/fault.hpp"

namespace tunstack::test::control_socket_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// ---- names ----

TEST(ControlSocketName, is_read_back) {
  for (const StackName& name : {StackName{4026531840, 123, "tun0"}, {1, 1, "a"}, {7, 2147483647, "my-tap-3.sock"}}) {
    EXPECT_EQ(parse_file_name(file_name_of(name)), name) << name.device;
  }
  EXPECT_EQ(file_name_of({4026531840, 123, "tun0"}), "tunstack-4026531840-123-tun0.sock");
}

TEST(ControlSocketName, other_files_have_none) {
  for (const char* other :
       {"", "tunstack-", "tunstack-.sock", "tunstack-1-2-.sock", "tunstack-1-2.sock", "tunstack-1-tun0.sock",
        "tunstack-x-2-tun0.sock", "tunstack-1-0-tun0.sock", "tunstack-1--2-tun0.sock", "tunstack-1-2-tun0.sock.new",
        "tunstack-1-2-tun0", "Tunstack-1-2-tun0.sock", "tunstack-99999999999999999999-2-tun0.sock"})
    EXPECT_FALSE(parse_file_name(other)) << other;
}

// ---- a directory of the test's own ----

class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/control_socket_test.XXXXXX";
    directory = ::mkdtemp(name);
    if (const char* before = std::getenv("XDG_RUNTIME_DIR")) before_ = before;
    ::setenv("XDG_RUNTIME_DIR", directory.c_str(), 1);
  }
  void TearDown() override {
    std::filesystem::remove_all(directory);
    before_ ? ::setenv("XDG_RUNTIME_DIR", before_->c_str(), 1) : ::unsetenv("XDG_RUNTIME_DIR");
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) names.push_back(entry.path().filename());
    return names;
  }
  /// Those of this process whose device has this name: other tests run at once and may have theirs in /tmp.
  static std::vector<RunningStack> found(const std::string& device) {
    return find_running_stacks([&](const StackName& name) { return name.pid == ::getpid() && name.device == device; })
        .own;
  }

  std::string directory;
  std::function<std::string()> answer = [] { return std::string("{}"); };
  ControlClients clients{[this](std::string_view) { return ControlAnswer{answer() + "\n", {}}; }, {}};

 private:
  std::optional<std::string> before_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

FileDescriptor connect_to(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  return socket;
}

/// A socket that somebody bound; who closes it leaves the file.
FileDescriptor bind_to(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  EXPECT_EQ(::listen(socket.get(), 4), 0);
  return socket;
}

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

void serve_all(ControlSocket& control) {
  for (int i = 0; i < 100 && is_readable(control.fd()); ++i) control.serve();
  EXPECT_FALSE(is_readable(control.fd())) << "it would keep the processor busy";
}

// ---- life ----

TEST_F(ControlSocketTest, a_file_for_this_user_only_as_long_as_it_lives) {
  {
    const ControlSocket control("mine", clients);
    EXPECT_THAT(files(), ElementsAre(file_name_of({own_network(), ::getpid(), "mine"})));
    struct stat status{};
    ASSERT_EQ(::lstat(control.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, S_IFSOCK | 0600U);
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ControlSocketTest, who_connects_is_answered) {
  int asked = 0;
  answer = [&] { return fmt::format(R"({{"asked":{}}})", ++asked); };
  ControlSocket control("mine", clients);
  EXPECT_FALSE(is_readable(control.fd()));
  for (const int expected : {1, 2}) {
    auto stacks = found("mine");
    ASSERT_THAT(stacks, SizeIs(1));
    EXPECT_EQ(stacks[0].name, (StackName{own_network(), ::getpid(), "mine"}));
    EXPECT_TRUE(is_readable(control.fd()));
    ASSERT_EQ(::send(stacks[0].connection.get(), "x\n", 2, 0), 2);
    serve_all(control);
    EXPECT_EQ(ControlClient(std::move(stacks[0])).next_line(), fmt::format(R"({{"asked":{}}})", expected));
  }
}

TEST_F(ControlSocketTest, what_was_left_behind_is_removed_by_who_looks_and_by_the_next_stack) {
  const std::string abandoned = directory + "/" + file_name_of({1, ::getpid(), "abandoned"});
  const std::string running = directory + "/" + file_name_of({1, ::getpid(), "running"});
  const FileDescriptor listening = bind_to(running);
  bind_to(abandoned);
  EXPECT_THAT(found("abandoned"), IsEmpty());
  EXPECT_THAT(files(), SizeIs(1)) << "who lives, stays";
  bind_to(abandoned);
  const ControlSocket control("mine", clients);
  EXPECT_THAT(files(), SizeIs(2)) << "that of the new one, and who lives";
  EXPECT_THAT(found("running"), SizeIs(1));
}

TEST_F(ControlSocketTest, the_socket_of_one_stack_is_removed_in_whatever_state) {
  const StackName name{1, 1, "gone"};
  const FileDescriptor listening = bind_to(directory + "/" + file_name_of(name));
  bind_to(directory + "/" + file_name_of(name) + ".new");
  const FileDescriptor other = bind_to(directory + "/" + file_name_of({1, 2, "gone"}));
  remove_socket_of(name);
  EXPECT_THAT(files(), ElementsAre(file_name_of({1, 2, "gone"})));
}

TEST_F(ControlSocketTest, who_removes_the_socket_of_a_stack_leaves_other_files_of_its_name) {
  const std::string path = directory + "/" + file_name_of({1, 1, "gone"});
  std::fclose(std::fopen(path.c_str(), "w"));
  remove_socket_of({1, 1, "gone"});
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ControlSocketTest, a_stack_that_is_too_busy_to_let_anybody_in_is_not_abandoned) {
  const std::string busy = directory + "/" + file_name_of({1, 1, "busy"});
  const FileDescriptor listening = bind_to(busy);
  std::vector<FileDescriptor> queue;
  for (int i = 0; i < 5; ++i) queue.push_back(connect_to(busy));  // as many as bind_to() lets wait, and one
  const ControlSocket control("mine", clients);
  EXPECT_TRUE(std::filesystem::exists(busy));
}

TEST_F(ControlSocketTest, one_left_behind_under_the_same_name_is_replaced) {
  bind_to(directory + "/" + file_name_of({own_network(), ::getpid(), "mine"}));
  bind_to(directory + "/" + file_name_of({own_network(), ::getpid(), "mine"}) + ".new");
  ControlSocket control("mine", clients);
  EXPECT_THAT(files(), ElementsAre(file_name_of({own_network(), ::getpid(), "mine"})));
  EXPECT_THAT(found("mine"), SizeIs(1));
}

TEST_F(ControlSocketTest, other_files_are_not_touched) {
  const std::string own_name = directory + "/" + file_name_of({own_network(), ::getpid(), "mine"});
  std::fclose(std::fopen(own_name.c_str(), "w"));
  const ControlSocket control("mine", clients);
  EXPECT_TRUE(std::filesystem::is_regular_file(own_name));
  EXPECT_EQ(control.path().substr(0, 5), "/tmp/") << "the next directory";
  EXPECT_THAT(files(), SizeIs(1));
}

TEST_F(ControlSocketTest, those_of_other_users_are_neither_asked_nor_removed) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to be another user";
  const std::string theirs = directory + "/" + file_name_of({1, ::getpid(), "theirs"});
  const std::string theirs_abandoned = directory + "/" + file_name_of({2, ::getpid(), "theirs"});
  const FileDescriptor listening = bind_to(theirs);
  bind_to(theirs_abandoned);
  for (const std::string& path : {theirs, theirs_abandoned}) ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  const ControlSocket control("mine", clients);
  EXPECT_THAT(files(), SizeIs(3));
  EXPECT_THAT(found("theirs"), IsEmpty());
  EXPECT_TRUE(find_running_stacks().has_others);
}

TEST_F(ControlSocketTest, a_directory_of_no_use_is_passed_over) {
  for (const std::string& useless : {std::string("/no/such/directory"), std::string("relative"), std::string(),
                                     directory + "/" + std::string(90, 'l')}) {
    if (useless.starts_with(directory)) std::filesystem::create_directory(useless);
    ::setenv("XDG_RUNTIME_DIR", useless.c_str(), 1);
    const ControlSocket control("mine", clients);
    EXPECT_EQ(std::filesystem::path(control.path()).parent_path(), "/tmp") << useless;
    EXPECT_THAT(found("mine"), SizeIs(1)) << useless;
  }
}

// ---- the other end ----

TEST_F(ControlSocketTest, a_stack_that_does_not_answer_is_a_fault) {
  const ControlSocket control("mine", clients);  // nobody calls serve()
  auto stacks = found("mine");
  ASSERT_THAT(stacks, SizeIs(1));
  ::shutdown(stacks[0].connection.get(), SHUT_RD);
  ControlClient client(std::move(stacks[0]));
  EXPECT_THROW(client.ask({{"request", "state"}}), SystemError);
}

TEST_F(ControlSocketTest, a_stack_that_sends_without_end_is_a_fault) {
  answer = [] { return std::string(longest_answer + 1, 'x'); };
  ControlSocket control("mine", clients);
  auto stacks = found("mine");
  ASSERT_THAT(stacks, SizeIs(1));
  ControlClient client(std::move(stacks[0]));
  auto reading = std::async(std::launch::async, [&client] { return client.ask({{"request", "state"}}); });
  while (reading.wait_for(std::chrono::milliseconds(1)) == std::future_status::timeout) control.serve();
  try {
    reading.get();
    FAIL() << "it took more than an answer";
  } catch (const SystemError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("sends more than an answer"));
  }
}

TEST_F(ControlSocketTest, what_the_stack_refuses_is_a_fault_of_its_words) {
  answer = [] { return std::string(R"({"fault":{"what":"a","why":"b","remedy":"c"}})"); };
  ControlSocket control("mine", clients);
  ControlClient client(std::move(found("mine").at(0)));
  auto reading = std::async(std::launch::async, [&client] { return client.ask({{"request", "state"}}); });
  while (reading.wait_for(std::chrono::milliseconds(1)) == std::future_status::timeout) control.serve();
  try {
    reading.get();
    FAIL() << "it is no answer";
  } catch (const UsageFault& fault) {
    EXPECT_EQ(std::string(fault.what()) + fault.why() + fault.remedy(), "abc");
  }
}

TEST_F(ControlSocketTest, who_is_not_wanted_is_left_in_peace) {
  ControlSocket control("peace0", clients);
  const auto of_device = [](const char* device) {
    return [device](const StackName& name) { return name.device == device; };
  };
  const RunningStacks others = find_running_stacks(of_device("peace1"));
  EXPECT_TRUE(others.own.empty());
  EXPECT_FALSE(is_readable(control.fd())) << "nobody has come";
  const RunningStacks wanted = find_running_stacks(of_device("peace0"));
  EXPECT_EQ(wanted.own.size(), 1U);
  EXPECT_TRUE(is_readable(control.fd()));
}

}  // namespace
}  // namespace tunstack::test::control_socket_test
