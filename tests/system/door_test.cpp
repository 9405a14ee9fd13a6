// Several devices on one router, with the kernel behind each of them: in one network namespace, and in two.
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/system/between_networks.hpp"
#include "tunstack/capture/reader.hpp"

namespace tunstack::test::door_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Doors : public SystemTest {
 protected:
  std::unique_ptr<Process> up_with_doors(const Command& more = {}) const {
    auto process = up(with({"--door", near_door, "--door", far_door}, more));
    EXPECT_TRUE(says(*process, "tun1 is up: ")) << process->err();
    return process;
  }
  static bool says(const Process& process, const std::string& text) {
    return eventually([&] { return process.err().contains(text); });
  }
  Outcome end(Process& process) const {
    process.signal(SIGTERM);
    const Outcome ended = process.wait();
    EXPECT_EQ(ended.status, 0) << ended;
    return ended;
  }
  void expect_all_answer() const {
    for (const char* address : {"192.0.2.2", "2001:db8::2", "198.51.100.2", "2001:db8:1::2"})
      EXPECT_TRUE(answers(address)) << address;
  }
  nlohmann::json interfaces() const {
    const auto report = nlohmann::json::parse(tunstack({"state", "--json"}).out, nullptr, false);
    return report.is_object() ? report.at("interfaces") : nlohmann::json::array();
  }
  std::string link_in_state(std::size_t interface) const {
    const nlohmann::json all = interfaces();
    return interface < all.size() ? all.at(interface).at("link").get<std::string>() : "unknown";
  }
};

// ---- in one namespace ----

TEST_F(Doors, TUN_006_each_has_its_addresses_and_its_mtu) {
  const auto router = up({"--door", near_door, "--door", far_door + ",mtu=1300"});
  EXPECT_TRUE(says(*router, "tun1 is up: the stack has 198.51.100.2/24"));
  ASSERT_TRUE(network.link("tun0") && network.link("tun1"));
  EXPECT_EQ(network.link("tun0")->mtu, 1500U);
  EXPECT_EQ(network.link("tun1")->mtu, 1300U);
  EXPECT_THAT(network.link("tun0")->addresses, UnorderedElementsAre("192.0.2.1/24", "2001:db8::1/64"));
  EXPECT_THAT(network.link("tun1")->addresses, UnorderedElementsAre("198.51.100.1/24", "2001:db8:1::1/64"));
  expect_all_answer();
}

TEST_F(Doors, TOPO_009_are_in_the_state_and_in_the_events) {
  const auto router = up_with_doors({"--json"});
  ASSERT_EQ(interfaces().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(interfaces().at(i).at("name"), "tun" + std::to_string(i));
    EXPECT_EQ(interfaces().at(i).at("role"), "router");
  }
  EXPECT_TRUE(answers("198.51.100.2"));
  EXPECT_TRUE(eventually([&] {
    for (const std::string& line : lines_of(router->out()))
      if (const auto event = nlohmann::json::parse(line, nullptr, false);
          event.is_object() && event.value("reason", "") == "icmp4_echo_request_for_us")
        return event.value("interface", "") == "tun1";
    return false;
  })) << router->out();
}

TEST_F(Doors, explanations_name_them) {
  const auto router = up_with_doors({"--explain"});
  EXPECT_TRUE(answers("198.51.100.2"));
  EXPECT_TRUE(says(*router, " < tun1: 198.51.100.1 > 198.51.100.2"));
}

TEST_F(Doors, leave_nothing_behind) {
  const auto router = up_with_doors();
  EXPECT_THAT(end(*router).err, HasSubstr("at the end tun0 was up, tun1 was up\n"));
  EXPECT_FALSE(network.link("tun0") || network.link("tun1"));
}

TEST_F(Doors, of_persistent_devices_all_is_taken_back_however_the_stack_ends) {
  ASSERT_EQ(network.shell("ip tuntap add dev tun0 mode tun && ip tuntap add dev tun1 mode tun").status, 0);
  const auto router = up_with_doors({"--mtu", "1400"});
  EXPECT_EQ(network.link("tun1")->mtu, 1400U);
  router->signal(SIGKILL);
  router->wait();
  for (const char* device : {"tun0", "tun1"}) {
    EXPECT_TRUE(eventually([&] {
      const auto link = network.link(device);
      return link && !link->up && link->mtu == 1500 && link->addresses.empty();
    })) << device;
  }
}

TEST_F(Doors, that_a_link_goes_down_and_comes_up_is_told_to_its_interface) {
  const auto router = up_with_doors();
  ASSERT_EQ(network.shell("ip link set tun1 down").status, 0);
  EXPECT_TRUE(says(*router, "tun1 is down"));
  EXPECT_EQ(link_in_state(0), "up");
  EXPECT_EQ(link_in_state(1), "down");
  EXPECT_TRUE(answers("192.0.2.2"));
  ASSERT_EQ(network.shell("ip link set tun1 up").status, 0);
  EXPECT_TRUE(says(*router, "tun1 is up again"));
  EXPECT_TRUE(eventually([&] { return network.link("tun1")->addresses.contains("2001:db8:1::1/64"); }))
      << "the kernel took it";
  EXPECT_EQ(link_in_state(1), "up");
  expect_all_answer();
}

TEST_F(Doors, one_that_is_deleted_is_named) {
  const auto router = up_with_doors();
  ASSERT_EQ(network.shell("ip link delete tun1").status, 0);
  const Outcome ended = router->wait();
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("the device tun1 is gone"));
}

TEST_F(Doors, with_tap_each_has_a_station) {
  const auto router = up_with_doors({"--tap", "--set", "dad.transmits=0"});
  expect_all_answer();
  EXPECT_EQ(interfaces().at(0).at("link_layer_address"), "02:74:c0:00:02:02");
  EXPECT_EQ(interfaces().at(1).at("link_layer_address"), "02:74:c6:33:64:02");
}

TEST_F(Doors, exec_has_them_too) {
  const Outcome outcome = tunstack({"exec", "--door", near_door, "--door", far_door, "--", "sh", "-c",
                                    "ping -c1 -W2 198.51.100.2 && ping -c1 -W2 2001:db8::2 && "
                                    "echo $TUNSTACK_DEV $TUNSTACK_ADDRESS4"});
  EXPECT_EQ(outcome.status, 0) << outcome;
  EXPECT_THAT(outcome.out, HasSubstr("tun0 192.0.2.2\n"));
}

TEST_F(Doors, roles_and_addresses_are_fixed_and_options_are_not) {
  const auto router = up_with_doors();
  EXPECT_FAULT(tunstack({"set", "role=host"}), 2);
  EXPECT_FAULT(tunstack({"set", "address+=192.0.2.9/24"}), 2);
  EXPECT_EQ(tunstack({"set", "icmp4.echo=off"}).status, 0);
  EXPECT_FALSE(answers("198.51.100.2"));
}

// ---- captures ----

TEST_F(Doors, a_capture_names_the_interface_of_each_packet_and_is_replayed) {
  const std::string file = testing::TempDir() + "tunstack_doors_" + std::to_string(::getpid()) + ".pcapng";
  const auto router = up_with_doors({"--capture", file});
  expect_all_answer();
  ASSERT_EQ(network.shell("ip link set tun1 down").status, 0);
  EXPECT_TRUE(says(*router, "tun1 is down"));
  ASSERT_EQ(network.shell("ip link set tun1 up").status, 0);
  EXPECT_TRUE(says(*router, "tun1 is up again"));
  EXPECT_TRUE(answers("198.51.100.2"));
  end(*router);

  CaptureReader reader(file);
  std::array<std::size_t, 2> echoes{};
  while (const auto frame = reader.next())
    if (frame->comment.contains("icmp4_echo_request_for_us") && frame->direction == Direction::out)
      ++echoes.at(frame->interface);
  EXPECT_THAT(echoes, ElementsAre(1U, 2U));

  const Outcome replayed = tunstack({"replay", "--explain=off", file});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.err, Not(HasSubstr("the first difference")));
  std::filesystem::remove(file);
}

// ---- in two namespaces ----

/// The far door's device is in a network of its own: what goes from one to the other goes through the router.
class DoorsApart : public BetweenNetworks {};

TEST_F(DoorsApart, RTR4_001_RTR6_001_ping_goes_through_the_router_both_ways) {
  const auto running = router();
  for (const char* address : {"198.51.100.1", "2001:db8:1::1"}) {
    const Outcome ping = network.run({"ping", "-c", "1", "-W", "2", address});
    EXPECT_THAT(ping.out, AllOf(HasSubstr("1 received"), HasSubstr("ttl=63"))) << ping;
  }
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    const Outcome ping = far_network.run({"ping", "-c", "1", "-W", "2", address});
    EXPECT_THAT(ping.out, AllOf(HasSubstr("1 received"), HasSubstr("ttl=63"))) << ping;
  }
}

TEST_F(DoorsApart, RTR4_001_RTR6_001_the_router_is_the_first_hop_of_traceroute) {
  const auto running = router();
  const Outcome four = network.run({"traceroute", "-n", "-q", "1", "-w", "5,0,0", "198.51.100.1"});
  EXPECT_THAT(four.out, testing::ContainsRegex(" 1  192\\.0\\.2\\.2 .*\n 2  198\\.51\\.100\\.1 ")) << four;
  const Outcome six = network.run({"traceroute", "-6", "-n", "-q", "1", "-w", "5,0,0", "2001:db8:1::1"});
  EXPECT_THAT(six.out, testing::ContainsRegex(" 1  2001:db8::2 .*\n 2  2001:db8:1::1 ")) << six;
  const Outcome back = far_network.run({"traceroute", "-n", "-q", "1", "-w", "5,0,0", "192.0.2.1"});
  EXPECT_THAT(back.out, testing::ContainsRegex(" 1  198\\.51\\.100\\.2 .*\n 2  192\\.0\\.2\\.1 ")) << back;
}

// ---- in a named namespace ----

/// A namespace named far, for those who see the mounts of `holder`.
class DoorsElsewhere : public Doors {
 protected:
  void SetUp() override {
    Doors::SetUp();
    SKIP_UNLESS(::geteuid() == 0, "a named network namespace is entered by root alone");
    holder = start({"unshare", "-m", "sh", "-c", "mount -t tmpfs none /run && ip netns add far && exec sleep 1000"});
    SKIP_UNLESS(eventually([&] { return in_far({"true"}).status == 0 || holder->has_ended(); }) && !holder->has_ended(),
                holder->err());
  }
  Command with_mounts(const Command& command) const {
    return with({"nsenter", "-t", std::to_string(holder->pid()), "-m"}, command);
  }
  Outcome seeing(const Command& command) const { return network.run(with_mounts(command)); }
  Outcome in_far(const Command& command) const { return seeing(with({"ip", "netns", "exec", "far"}, command)); }
  std::unique_ptr<Process> router() const {
    auto process =
        start(with_mounts({program, "up", "--door", near_door, "--door", "tun1@far=198.51.100.2/24,2001:db8:1::2/64"}));
    EXPECT_TRUE(says(*process, "tun1 is up: the stack has 198.51.100.2/24")) << process->err();
    return process;
  }

  std::unique_ptr<Process> holder;
};

TEST_F(DoorsElsewhere, RTR4_001_RTR6_001_who_is_behind_one_door_reaches_who_is_behind_another) {
  const auto running = router();
  EXPECT_TRUE(says(*running, "far has 198.51.100.1/24, 2001:db8:1::1/64\n  try: ip netns exec far ping 198.51.100.2"));
  EXPECT_FALSE(network.link("tun1"));
  for (const char* address : {"198.51.100.1", "2001:db8:1::1"})
    EXPECT_THAT(network.run({"ping", "-c", "1", "-W", "2", address}).out, HasSubstr("ttl=63")) << address;
  for (const char* address : {"192.0.2.1", "2001:db8::1"})
    EXPECT_THAT(in_far({"ping", "-c", "1", "-W", "2", address}).out, HasSubstr("ttl=63")) << address;
}

TEST_F(DoorsElsewhere, its_link_is_followed_and_given_back_what_it_had) {
  const auto running = router();
  ASSERT_EQ(in_far({"ip", "link", "set", "tun1", "down"}).status, 0);
  EXPECT_TRUE(
      says(*running, "tun1 is down: the stack waits until it is up\n  try: ip netns exec far ip link set tun1 up"));
  ASSERT_EQ(in_far({"ip", "link", "set", "tun1", "up"}).status, 0);
  EXPECT_TRUE(says(*running, "tun1 is up again"));
  for (const char* address : {"192.0.2.1", "2001:db8::1"})
    EXPECT_TRUE(eventually([&] { return in_far({"ping", "-c", "1", "-W", "1", address}).out.contains("ttl=63"); }))
        << address;
}

TEST_F(DoorsElsewhere, of_a_persistent_device_all_is_taken_back) {
  ASSERT_EQ(in_far({"ip", "tuntap", "add", "dev", "tun1", "mode", "tun"}).status, 0);
  const auto running = router();
  running->signal(SIGKILL);
  running->wait();
  EXPECT_TRUE(eventually([&] {
    const std::string shown = in_far({"ip", "address", "show", "dev", "tun1"}).out;
    return shown.contains("state DOWN") && !shown.contains("198.51.100.1") && !shown.contains("2001:db8:1::1");
  })) << in_far({"ip", "address", "show", "dev", "tun1"}).out;
}

TEST_F(DoorsElsewhere, a_namespace_that_is_not_there_is_named) {
  const Outcome outcome = seeing({program, "up", "--door", "tun1@farther=198.51.100.2/24"});
  EXPECT_FAULT(outcome, 3);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("network namespace farther"), HasSubstr("try: as root: ip netns add farther")));
}

// ---- faults ----

class DoorFaults : public SystemTest {
 protected:
  std::string fault(const Command& arguments) const {
    const Outcome outcome = tunstack(with({"up"}, arguments));
    EXPECT_FAULT(outcome, 2);
    return lines_of(outcome.err).empty() ? "" : lines_of(outcome.err)[0].substr(std::string("tunstack: ").size());
  }
};

TEST_F(DoorFaults, TOPO_008_doors_that_cannot_be) {
  EXPECT_EQ(fault({"--door", "a/b=192.0.2.2/24"}), "'a/b' cannot be the name of a door");
  EXPECT_EQ(fault({"--door", "tun0"}), "the door tun0 has no address");
  EXPECT_EQ(fault({"--door", near_door, "--door", "tun0=10.0.0.2/24"}), "the door tun0 is given twice");
  EXPECT_THAT(fault({"--door", near_door, "--door", "tun1=192.0.2.77/28"}), HasSubstr("have the prefixes of"));
  EXPECT_EQ(fault({"--door", near_door + ",mtu=1279"}), "an MTU of 1279 is not possible");
}

TEST_F(DoorFaults, what_is_about_one_device_goes_with_no_door) {
  const Command doors{"--door", near_door, "--door", far_door};
  EXPECT_EQ(fault(with(doors, {"10.0.0.2/24"})), "--door and ADDR/LEN exclude each other");
  EXPECT_EQ(fault(with(doors, {"--dev", "tun0"})), "--door and --dev exclude each other");
  EXPECT_EQ(fault(with(doors, {"--route", "default"})), "--door and --route exclude each other");
  EXPECT_EQ(fault(with(doors, {"--role", "host"})), "--door and --role host exclude each other");
  EXPECT_EQ(fault(with(doors, {"--host", "192.0.2.9/24"})), "--door and --host ADDR/LEN exclude each other");
  EXPECT_EQ(fault(with(doors, {"--tap", "--mac", "02:00:5e:00:53:01"})), "--door and --mac exclude each other");
}

TEST_F(DoorFaults, a_second_device_that_is_taken_leaves_no_first_one) {
  ASSERT_EQ(network.shell("ip tuntap add dev tun1 mode tap").status, 0);
  EXPECT_EQ(fault({"--door", near_door, "--door", far_door}), "tun1 is a TAP device");
  EXPECT_FALSE(network.link("tun0"));
}

}  // namespace
}  // namespace tunstack::test::door_test
