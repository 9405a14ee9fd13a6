// The tester needs no rights: a user for whom /dev/net/tun is open, as it is on most systems, finds what root finds.
#include <unistd.h>

#include "tests/firewall/system/tested_rulesets.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::ordinary_user_test {
namespace {

const Command as_nobody = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};

Command operator+(Command left, const Command& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class OrdinaryUserTests : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    if (IsSkipped() || HasFatalFailure() || ::geteuid() != 0) return;
    const Outcome possible = network.run(as_nobody + Command{"unshare", "--user", "--map-root-user", "--net", "true"});
    SKIP_UNLESS(possible.status == 0, "users cannot make user namespaces here: " << possible.err);
  }

  /// Root becomes such a user, with a device node open to all in private mounts.
  Outcome as_user(const Command& arguments, const std::string& mode = "666") const {
    const Command own = Command{program} + arguments;
    if (::geteuid() != 0) return Process(own).wait();
    const std::string node = "mount -t tmpfs -o mode=755 none /dev/net && mknod /dev/net/tun c 10 200 && chmod " +
                             mode + " /dev/net/tun && exec \"$@\"";
    return network.run(Command{"unshare", "--mount", "sh", "-c", node, "sh"} + as_nobody + own);
  }
};

TEST_F(OrdinaryUserTests, verdicts_are_those_of_root) {
  for (const char* name : {"careful-host", "careful-router", "docker.iptables-nft", "ufw.iptables-legacy"}) {
    const Outcome outcome = as_user(test_of(tested_ruleset(name)));
    EXPECT_EQ(difference_from_frozen("verdicts", name, verdicts_in(outcome.out)), "") << outcome.err;
  }
}

TEST_F(OrdinaryUserTests, the_remedy_for_a_closed_device_node_is_named) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to close the device node");
  const Outcome refused = as_user(test_of(tested_ruleset("none")), "600");
  EXPECT_FAULT(refused, 3);
  EXPECT_THAT(refused.err, testing::HasSubstr("chmod 666 /dev/net/tun"));
}

}  // namespace
}  // namespace tunstack::test::ordinary_user_test
