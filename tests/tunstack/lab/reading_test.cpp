// Each key of a lab file, and what becomes of it.
#include "tests/tunstack/lab/small_lab.hpp"
#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/lab/lab_reader.hpp"

namespace tunstack::test::lab_reading_test {
namespace {

using lab::LabExpectation;
using lab::LabFile;
using lab::LabLink;
using lab::LabNode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> texts_of(const std::optional<lab::Prefixes>& prefixes) {
  std::vector<std::string> texts;
  for (const auto& prefix : prefixes.value_or(lab::Prefixes())) texts.push_back(to_text(prefix.value));
  return texts;
}

/// The link `core` with what `lines` say of it.
LabLink core_with(const std::string& lines) {
  return read_good_lab(small_lab_with("delay = \"10ms\"", lines)).links.at(1);
}

TEST(LabReading, TOPO_001_a_lab_has_a_name_a_description_and_a_seed) {
  const LabFile file = read_good_lab(small_lab_with("seed = 1", "description = \"d\"\nseed = 7"));
  EXPECT_EQ(file.name, "base");
  EXPECT_EQ(file.description, "d");
  EXPECT_EQ(file.seed, 7U);
}

TEST(LabReading, steps_and_a_quiz_are_ignored) {
  read_good_lab(small_lab + "[quiz]\nhides = \"silent\"\n[[step]]\nsay = \"hello\"\n");
}

TEST(LabReading, a_door_has_link_addresses_routes_gateway_and_device) {
  const LabFile file = read_good_lab(small_lab_with("routes = [\"198.51.100.0/24\"]",
                                                    "routes = [\"198.51.100.0/24\", \"default\"]\n"
                                                    "gateway = [\"192.0.2.2\", \"2001:db8::2\"]\ndevice = \"lab0\""));
  ASSERT_THAT(file.doors, SizeIs(1));
  const lab::LabDoor& door = file.doors[0];
  EXPECT_EQ(door.name, "host");
  EXPECT_EQ(door.link.value, "edge");
  EXPECT_EQ(door.link.place, (lab::Place{4, 8}));
  EXPECT_THAT(texts_of(door.addresses), ElementsAre("192.0.2.1/24", "2001:db8::1/64"));
  EXPECT_EQ(door.routes->at(1).value, "default");
  EXPECT_EQ(to_text(door.gateways.at(1).value), "2001:db8::2");
  EXPECT_EQ(door.device->value, "lab0");
}

TEST(LabReading, several_doors_have_names) {
  const LabFile file = read_good_lab(
      "[host.left]\nlink = \"a\"\nroutes = []\n[host.right]\nlink = \"b\"\nroutes = []\n"
      "[link.a]\nnet = [\"192.0.2.0/24\"]\n[link.b]\nnet = [\"198.51.100.0/24\"]\n"
      "[node.x]\ninterfaces.e = { link = \"a\" }\n[node.y]\ninterfaces.e = { link = \"b\" }\n");
  ASSERT_THAT(file.doors, SizeIs(2));
  EXPECT_EQ(file.doors[0].name, "left");
  EXPECT_EQ(file.doors[1].name, "right");
}

TEST(LabReading, a_link_has_prefixes_and_an_mtu) {
  const LabLink link = core_with("cost = 3\ntap = true");
  EXPECT_EQ(link.name, "core");
  EXPECT_THAT(texts_of(link.nets), ElementsAre("198.51.100.0/24", "2001:db8:1::/64"));
  EXPECT_EQ(link.mtu->value, 1400U);
  EXPECT_EQ(link.cost, 3U);
  EXPECT_TRUE(link.tap);
}

TEST(LabReading, TOPO_006_TOPO_007_a_link_can_be_a_bad_one) {
  const Impairments bad = core_with(
                              "delay = \"10ms\"\njitter = \"500us\"\nloss = 0.01\nduplicate = \"2%\"\n"
                              "reorder = \"every 10th\"\ncorrupt = \"every 3rd\"\nrate = \"10Mbit/s\"\nqueue = 50")
                              .impairments;
  EXPECT_EQ(bad.delay, std::chrono::milliseconds(10));
  EXPECT_EQ(bad.jitter, std::chrono::microseconds(500));
  EXPECT_EQ(bad.loss, Share(0.01));
  EXPECT_EQ(bad.duplicate, Share(0.02));
  EXPECT_EQ(bad.reorder, Share::each_of(10));
  EXPECT_EQ(bad.corrupt, Share::each_of(3));
  EXPECT_EQ(bad.rate, 10'000'000U);
  EXPECT_EQ(bad.queue, 50U);
}

TEST(LabReading, a_node_has_a_role_options_and_interfaces) {
  const LabFile file = read_good_lab(small_lab);
  ASSERT_THAT(file.nodes, SizeIs(2));
  const LabNode& r1 = file.nodes[0];
  EXPECT_TRUE(r1.is_router());
  EXPECT_FALSE(file.nodes[1].is_router()) << "a host if it is not said";
  ASSERT_THAT(r1.options, SizeIs(1));
  EXPECT_EQ(r1.options[0].key, "icmp4.quote");
  EXPECT_EQ(r1.options[0].value, "8");
  EXPECT_EQ(r1.interfaces.at(0).name, "left");
  EXPECT_EQ(r1.interfaces.at(1).link.value, "core");
}

TEST(LabReading, options_may_be_dotted_keys_lists_and_truths) {
  const LabFile file = read_good_lab(small_lab_with(
      "options = { \"icmp4.quote\" = 8 }",
      "options.icmp4.errors = false\noptions.nd.adv.routes = [\"2001:db8:7::/64\", \"2001:db8:8::/64\"]"));
  const auto& options = file.nodes[0].options;
  ASSERT_THAT(options, SizeIs(2));
  EXPECT_EQ(options[0].key + "=" + options[0].value, "icmp4.errors=off");
  EXPECT_EQ(options[1].value, "2001:db8:7::/64,2001:db8:8::/64");
}

TEST(LabReading, an_interface_may_have_addresses_mtu_mac_gateway_or_none_of_them) {
  const LabFile file = read_good_lab(
      "[host]\nlink = \"lan\"\n[link.lan]\nnet = [\"192.0.2.0/24\", \"2001:db8::/64\"]\ntap = true\n"
      "[node.a]\ninterfaces.e = { link = \"lan\", addresses = [\"192.0.2.9/24\"], mtu = 600, mac = "
      "\"02:00:5e:00:53:01\", gateway = \"192.0.2.1\" }\n"
      "[node.b]\ninterfaces.e = { link = \"lan\", autoconf = true }\n");
  const lab::LabInterface& interface = file.nodes[0].interfaces[0];
  EXPECT_EQ(interface.mtu->value, 600U);
  EXPECT_EQ(interface.mac->value, "02:00:5e:00:53:01");
  EXPECT_EQ(to_text(interface.gateways.at(0).value), "192.0.2.1");
  EXPECT_TRUE(file.nodes[1].interfaces[0].autoconf);
  EXPECT_FALSE(file.nodes[1].interfaces[0].addresses);
}

TEST(LabReading, addresses_that_are_left_out_are_the_first_free_ones_doors_first) {
  const LabFile file = read_good_lab(small_lab_with("addresses = [\"192.0.2.1/24\", \"2001:db8::1/64\"]\n", ""));
  EXPECT_THAT(texts_of(file.doors[0].addresses), ElementsAre("192.0.2.1/24", "2001:db8::1/64"));
  EXPECT_THAT(texts_of(file.nodes[0].interfaces[1].addresses), ElementsAre("198.51.100.1/24", "2001:db8:1::1/64"));
  EXPECT_THAT(texts_of(file.nodes[1].interfaces[0].addresses), ElementsAre("198.51.100.2/24", "2001:db8:1::2/64"));
}

TEST(LabReading, no_address_is_given_twice) {
  const LabFile file = read_good_lab(small_lab_with(
      "interfaces.right = { link = \"core\" }",
      "interfaces.right = { link = \"core\", addresses = [\"198.51.100.1/24\", \"2001:db8:1::7/64\"] }"));
  EXPECT_THAT(texts_of(file.nodes[1].interfaces[0].addresses), ElementsAre("198.51.100.2/24", "2001:db8:1::1/64"));
}

TEST(LabReading, a_router_can_advertise_filter_and_have_routes) {
  const LabFile file = read_good_lab(
      small_lab_with("interfaces.right = { link = \"core\" }",
                     "interfaces.right = { link = \"core\" }\ncomputed_routes = true\n"
                     "routes = [\"203.0.113.0/24 via 198.51.100.2\", \"blackhole 10.0.0.0/8\"]\n"
                     "advertise = { prefixes = [\"2001:db8::/64\"], interval = \"30s\", lifetime = \"90s\" }"));
  const LabNode& r1 = file.nodes[0];
  EXPECT_THAT(texts_of(r1.advertise->prefixes), ElementsAre("2001:db8::/64"));
  EXPECT_EQ(r1.advertise->interval->value, std::chrono::seconds(30));
  EXPECT_EQ(r1.advertise->lifetime->value, std::chrono::seconds(90));
  ASSERT_THAT(r1.filter, SizeIs(1));
  EXPECT_EQ(r1.filter[0].rules.at(0).destination_ports.first, 53);
  EXPECT_EQ(r1.routes->at(1).value, "blackhole 10.0.0.0/8");
  EXPECT_TRUE(r1.computed_routes.value());
}

TEST(LabReading, services_and_faults) {
  const LabNode server = read_good_lab(small_lab).nodes.at(1);
  EXPECT_EQ(server.services.at(0).value, "udp-echo");
  ASSERT_THAT(server.misbehave, SizeIs(1));
  EXPECT_EQ(server.misbehave[0].key, "silent");
  EXPECT_EQ(server.misbehave[0].value, "on");
  EXPECT_EQ(server.misbehave[0].place, (lab::Place{24, 15}));
}

TEST(LabReading, events_run_set_or_send) {
  const LabFile file = read_good_lab(small_lab);
  ASSERT_THAT(file.events, SizeIs(3));
  EXPECT_EQ(file.events[0].at.value, std::chrono::seconds(1));
  EXPECT_EQ(file.events[0].run->value, "ping host server -c 3");
  EXPECT_EQ(file.events[1].at.value, Duration(0));
  EXPECT_EQ(file.events[1].set.at(0).key, "link.core.mtu");
  EXPECT_EQ(file.events[1].set.at(0).value, "1300");
  EXPECT_EQ(file.events[2].send->value, "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9, ttl 1");
}

TEST(LabReading, expectations_are_about_decisions_results_or_state) {
  const LabFile file = read_good_lab(
      small_lab_with("count = \">=1\"",
                     "count = 2\nwithin = \"2s\"\nnot = true\ninterface = \"right\"\nverdict = \"error\"\n"
                     "event = \"decided\"\nttl = 1\nsource = \"192.0.2.1\"\nfields = { tcp_flags = 2 }"));
  ASSERT_THAT(file.expectations, SizeIs(3));
  const LabExpectation& of_decisions = file.expectations[0];
  EXPECT_EQ(of_decisions.reason->value, "forward4_ttl_exceeded");
  EXPECT_EQ(of_decisions.interface->value, "right");
  EXPECT_EQ(of_decisions.verdict->value, "error");
  EXPECT_EQ(of_decisions.event->value, "decided");
  EXPECT_EQ(of_decisions.within->value, std::chrono::seconds(2));
  EXPECT_TRUE(of_decisions.is_absent);
  EXPECT_EQ(of_decisions.count->value.value, 2);
  std::vector<std::string> fields;
  for (const lab::Setting& field : of_decisions.fields) fields.push_back(field.key + "=" + field.value);
  EXPECT_THAT(fields, ElementsAre("ttl=1", "source=192.0.2.1", "tcp_flags=2"));
  EXPECT_EQ(file.expectations[1].of->value, "ping 1");
  EXPECT_EQ(file.expectations[1].results.at(0).key, "loss");
  EXPECT_TRUE(file.expectations[1].results[0].comparison.holds(0.34));
  EXPECT_FALSE(file.expectations[1].results[0].comparison.holds(0.35));
  EXPECT_EQ(file.expectations[2].state->value, "host.path_mtu[198.51.100.2]");
  EXPECT_EQ(file.expectations[2].equals->value, "1300");
}

TEST(LabReading, each_result_can_be_expected) {
  const LabFile file =
      read_good_lab(small_lab_with("loss = \"<= 34%\"",
                                   "sent = 3\nreceived = \">=2\"\nduplicates = 0\nerrors = 0\nleast = \">= 20ms\"\n"
                                   "mean = \"< 1s\"\nmost = \"< 50ms\"\npath_mtu = 1300\nreached = true"));
  EXPECT_THAT(file.expectations[1].results, SizeIs(9));
  EXPECT_EQ(file.expectations[1].results[5].comparison.value, 1000) << "milliseconds";
}

// ---- doors ----

TEST(LabReading, what_is_behind_another_door_alone_is_not_behind_this_one) {
  const std::string two = R"([host.left]
link = "west"
addresses = ["192.0.2.1/24"]
[host.right]
link = "east"
addresses = ["198.51.100.1/24"]
[link.west]
net = ["192.0.2.0/24"]
[link.deep]
net = ["10.1.0.0/24"]
[link.east]
net = ["198.51.100.0/24"]
[node.gate]
role = "router"
interfaces.a = { link = "west" }
interfaces.b = { link = "deep" }
[node.carol]
interfaces.a = { link = "deep" }
[node.bob]
interfaces.a = { link = "east" }
)";
  const auto faults = lab::read_lab(two).faults;
  ASSERT_THAT(faults, SizeIs(1)) << lab::faults_text(faults, "x");
  EXPECT_THAT(faults[0].what, HasSubstr("the door left has no routes"));
  EXPECT_EQ(faults[0].remedy, "routes = [\"10.1.0.0/24\"]; or [] if that is meant");
}

// ---- --with ----

TEST(LabReading, with_says_what_does_not_stand_in_the_file) {
  const LabFile file =
      read_good_lab(small_lab, {"link.core.mtu=1280", "link.core.loss=10%", "seed=9", "node.r1.options.icmp4.quote=576",
                                "node.server.misbehave.silent=false", "node.server.options.udp.discard=on"});
  EXPECT_EQ(file.links[1].mtu->value, 1280U);
  EXPECT_EQ(file.links[1].impairments.loss, Share(0.1));
  EXPECT_EQ(file.seed, 9U);
  EXPECT_EQ(file.nodes[0].options.at(0).value, "576");
  EXPECT_EQ(file.nodes[1].misbehave.at(0).value, "off");
  EXPECT_EQ(file.nodes[1].options.at(0).key, "udp.discard");
}

TEST(LabReading, with_says_what_is_wrong_with_itself) {
  const auto fault_of = [](const std::string& with) {
    const auto faults = lab::read_lab(small_lab, {with}).faults;
    return faults.empty() ? std::string() : lab::fault_text(faults[0], "base.toml");
  };
  EXPECT_THAT(fault_of("link.cor.mtu=1280"),
              HasSubstr("--with: there is no 'cor' in 'link.cor.mtu=1280'\n  try: did you mean core?"));
  EXPECT_THAT(fault_of("link.core.mtu=60"), HasSubstr("--with: mtu = 60 is out of its limits"));
  EXPECT_THAT(fault_of("link.core.mtuu=60"), HasSubstr("--with: 'mtuu' is no key of a link"));
  EXPECT_THAT(fault_of("mtu"), HasSubstr("--with: 'mtu' says nothing"));
}

// ---- what is not read ----

TEST(LabReading, TOPO_008_all_faults_are_found_at_once) {
  const auto faults = lab::read_lab(small_lab_with("delay = \"10ms\"", "dealy = \"10ms\"\nloss = \"x\"\nmtuu = 3") +
                                    "[node.x]\nrole = \"ruter\"\n[[expect]]\nnode = \"nobody\"\n")
                          .faults;
  std::vector<std::uint32_t> lines;
  for (const lab::LabFault& fault : faults) lines.push_back(fault.place.line);
  EXPECT_THAT(lines, ElementsAre(12, 13, 14, 45, 46, 48)) << lab::faults_text(faults, "lab");
}

TEST(LabReading, what_is_no_toml_is_told_where) {
  const auto faults = lab::read_lab("name = \"x\"\n[host\n").faults;
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_EQ(faults[0].place.line, 2U);
  EXPECT_EQ(faults[0].remedy, "a lab file is TOML 1.0");
}

}  // namespace
}  // namespace tunstack::test::lab_reading_test
