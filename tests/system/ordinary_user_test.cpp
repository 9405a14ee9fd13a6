// `tunstack exec` needs no rights: /dev/net/tun open to all, as it is on most systems, and user namespaces suffice.
#include <unistd.h>

#include "tests/system/network.hpp"
#include "tunstack/sandbox/sandbox.hpp"

namespace tunstack::test::ordinary_user_test {
namespace {

using testing::HasSubstr;

const Command as_nobody = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};

Command operator+(Command left, const Command& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class OrdinaryUser : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure() || ::geteuid() != 0) return;
    const Outcome possible = network.run(as_nobody + Command{"unshare", "--user", "--map-root-user", "--net", "true"});
    SKIP_UNLESS(possible.status == 0, "users cannot make user namespaces here: " << possible.err);
  }

  /// Runs tunstack as a user without rights. Root becomes one, with a device node open to all in private mounts.
  Outcome as_user(const Command& arguments) const {
    const Command own = Command{program} + arguments;
    if (::geteuid() != 0) return Process(own).wait();
    const std::string node =
        "mount -t tmpfs -o mode=755 none /dev/net && mknod /dev/net/tun c 10 200 && chmod 666 /dev/net/tun && "
        "exec \"$@\"";
    return network.run(Command{"unshare", "--mount", "sh", "-c", node, "sh"} + as_nobody + own);
  }
};

TEST_F(OrdinaryUser, exec_pings_both_families) {
  for (const char* address : {"192.0.2.2", "2001:db8::2", "fe80::2%tun0"}) {
    const Outcome ping = as_user({"exec", "--", "ping", "-c", "2", "-i", "0.1", address});
    EXPECT_EQ(ping.status, 0) << ping;
    EXPECT_THAT(ping.out, HasSubstr("2 received"));
    EXPECT_EQ(ping.err, "");
  }
}

TEST_F(OrdinaryUser, exec_gives_status_and_faults_as_for_root) {
  EXPECT_EQ(as_user({"exec", "--", "sh", "-c", "exit 42"}).status, 42);
  EXPECT_FAULT(as_user({"exec", "--", "/no/such/command"}), 127);
}

TEST_F(OrdinaryUser, exec_leaves_the_user_who_he_is_outside) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to choose the user");
  const Outcome seen = as_user({"exec", "--", "sh", "-c", "id -u; cut -c1-44 /proc/self/uid_map"});
  EXPECT_THAT(seen.out, testing::ContainsRegex("^0\n +0 +65534 +1")) << seen;
}

TEST_F(OrdinaryUser, state_in_the_sandbox_finds_its_stack) {
  const Outcome state = as_user({"exec", "--", program, "state"});
  EXPECT_EQ(state.status, 0) << state;
  EXPECT_THAT(state.out, HasSubstr("192.0.2.2"));
}

TEST_F(OrdinaryUser, up_names_the_missing_right_and_the_way_round_it) {
  const Outcome refused = as_user({"up"});
  EXPECT_FAULT(refused, 3);
  EXPECT_THAT(refused.err, HasSubstr("CAP_NET_ADMIN"));
  EXPECT_THAT(refused.err, HasSubstr("tunstack exec -- COMMAND"));
}

// Exactly the line that doctor prints, in a shell whose `tunstack` is run by the user and whose `sudo` is root.
TEST_F(OrdinaryUser, the_remedy_of_doctor_works_as_it_is_printed) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, who prepares the link");
  const std::string printed = as_user({"doctor"}).out;
  const std::string words = "once, for this user: ";
  const std::size_t at = printed.find(words);
  ASSERT_NE(at, std::string::npos) << printed;
  const std::string remedy = printed.substr(at + words.size(), printed.find('\n', at) - at - words.size());
  ASSERT_TRUE(remedy.ends_with(" | sudo sh")) << remedy;
  const Outcome done = network.run({"bash", "-c",
                                    "tunstack() { setpriv --reuid 65534 --regid 65534 --clear-groups " + program +
                                        " \"$@\"; }; sudo() { \"$@\"; }; set -o pipefail; eval \"$1\"",
                                    "bash", remedy});
  ASSERT_EQ(done.status, 0) << done;
  const Outcome up = as_user({"up", "--duration", "0.2"});
  EXPECT_EQ(up.status, 0) << up;
  EXPECT_TRUE(network.link()) << "what was prepared stays";
  EXPECT_EQ(network.link()->addresses, (std::set<std::string>{"192.0.2.1/24", "2001:db8::1/64"}));
}

TEST_F(OrdinaryUser, the_remedy_for_a_closed_device_node_works_as_it_is_printed) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to close the device node");
  const std::string script =
      "mount -t tmpfs -o mode=755 none /dev/net && mknod -m 600 /dev/net/tun c 10 200; "
      "doctor() { setpriv --reuid 65534 --regid 65534 --clear-groups " +
      program +
      " doctor; }; said=$(doctor); "
      "echo \"$said\"; eval \"$(echo \"$said\" | sed -n 's/^     fix: \\(chmod.*\\)    (as root)/\\1/p')\"; echo then; "
      "doctor";
  const Outcome mended = network.run({"unshare", "--mount", "sh", "-c", script});
  EXPECT_EQ(mended.status, 0) << mended;
  EXPECT_THAT(mended.out, testing::ContainsRegex("no   this user may open(.|\n)*then(.|\n)*yes  this user may open"));
}

TEST_F(OrdinaryUser, doctor_finds_that_exec_works_but_up_does_not) {
  const Outcome doctor = as_user({"doctor"});
  EXPECT_EQ(doctor.status, 0) << doctor;
  EXPECT_THAT(doctor.out, HasSubstr("yes  private networks can be made"));
  EXPECT_THAT(doctor.out, HasSubstr("no   devices can be made on this host"));
}

TEST_F(OrdinaryUser, the_sandbox_holds) {
  if (sanitizers_watch) GTEST_SKIP() << "sanitizers need what the sandbox forbids";
  const Outcome trial = as_user({"doctor", "--security"});
  EXPECT_EQ(trial.status, 0) << trial;
}

TEST_F(OrdinaryUser, without_the_device_node_the_remedy_is_named) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to close the device node");
  const std::string node =
      "mount -t tmpfs -o mode=755 none /dev/net && mknod -m 600 /dev/net/tun c 10 200 && exec \"$@\"";
  const Outcome refused = network.run(Command{"unshare", "--mount", "sh", "-c", node, "sh"} + as_nobody +
                                      Command{program, "exec", "--", "true"});
  EXPECT_FAULT(refused, 3);
  EXPECT_THAT(refused.err, HasSubstr("chmod 666 /dev/net/tun"));
}

}  // namespace
}  // namespace tunstack::test::ordinary_user_test
