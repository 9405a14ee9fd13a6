// Killed with SIGKILL at moments that nobody chose: nothing is left.
#include <csignal>
#include <random>

#include "tests/system/left_behind.hpp"
#include "tests/system/network.hpp"

namespace tunstack::test::killed_test {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr int moments = 100;

class Killed : public SystemTest {
 protected:
  /// Starts it, and kills it when `moment` has come; returns whether it had a socket by then.
  bool start_and_kill(const Command& arguments, microseconds moment) const {
    const auto process = start_tunstack(arguments);
    std::this_thread::sleep_for(moment);
    const bool had_socket = !left.files().empty();
    process->signal(SIGKILL);
    EXPECT_EQ(process->wait().status, 128 + SIGKILL) << process->err();
    return had_socket;
  }
  /// How long it takes to come up, which ends with its socket.
  microseconds time_to_start(const Command& arguments) const {
    const auto before = std::chrono::steady_clock::now();
    const auto process = start_tunstack(arguments);
    EXPECT_TRUE(eventually([&] { return !left.files().empty(); })) << process->err();
    const auto taken = std::chrono::steady_clock::now() - before;
    process->signal(SIGKILL);
    process->wait();
    return std::chrono::duration_cast<microseconds>(taken);
  }
  /// Kills it at many moments, before and after it was up; `check` looks at what only this test knows.
  template <class Check>
  void kill_at_any_moment(const Command& arguments, const Check& check) {
    const microseconds start = time_to_start(arguments);
    ASSERT_TRUE(left.all_processes_end());
    ASSERT_NO_FATAL_FAILURE(check());
    std::minstd_rand random(1);
    std::uniform_int_distribution<microseconds::rep> moment(0, 2 * start.count());
    int up = 0;
    for (int i = 0; i < moments; ++i) {
      const microseconds when(moment(random));
      const testing::ScopedTrace trace(__FILE__, __LINE__, "after " + std::to_string(when.count()) + " us");
      up += start_and_kill(arguments, when) ? 1 : 0;
      ASSERT_TRUE(left.all_processes_end());
      ASSERT_THAT(left.files(), IsEmpty());
      ASSERT_NO_FATAL_FAILURE(check());
    }
    EXPECT_GT(up, 0) << "never late enough to leave anything";
    EXPECT_LT(up, moments) << "never early enough to be on its way";
    EXPECT_TRUE(left.mounts_are_the_same());
  }

  const LeftBehind left;
};

TEST_F(Killed, exec_leaves_nothing) {
  kill_at_any_moment({"exec", "--", "sleep", "1000"}, [&] { ASSERT_FALSE(network.link()); });
}

TEST_F(Killed, a_persistent_device_is_as_it_was) {
  ASSERT_EQ(network.shell("ip tuntap add dev tun0 mode tun && ip link set tun0 mtu 1400").status, 0);
  kill_at_any_moment({"up", "192.0.2.2/24", "2001:db8::2/128", "--host", "192.0.2.1/24", "--host", "2001:db8:1::1/64",
                      "--route", "default"},
                     [&] {
                       const auto link = network.link();
                       ASSERT_TRUE(link);
                       ASSERT_FALSE(link->up);
                       ASSERT_EQ(link->mtu, 1400U);
                       ASSERT_THAT(link->addresses, IsEmpty());
                       ASSERT_THAT(network.routes(), IsEmpty());
                     });
}

TEST_F(Killed, a_persistent_device_that_was_up_keeps_what_it_had) {
  ASSERT_EQ(network.shell("ip tuntap add dev tun0 mode tun && ip link set tun0 up").status, 0);
  ASSERT_EQ(network.shell("ip address add 198.51.100.1/24 dev tun0").status, 0);
  const auto stack = up({"192.0.2.2/32", "--host", "203.0.113.1/32"});
  EXPECT_THAT(network.routes(), testing::Contains("192.0.2.2"));
  stack->signal(SIGKILL);
  stack->wait();
  ASSERT_TRUE(left.all_processes_end());
  EXPECT_TRUE(network.link()->up);
  EXPECT_THAT(network.link()->addresses, testing::ElementsAre("198.51.100.1/24"));
  EXPECT_THAT(network.routes(), testing::Not(testing::Contains("192.0.2.2")));
}

}  // namespace
}  // namespace tunstack::test::killed_test
