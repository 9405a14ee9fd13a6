// The labs that are compiled in: that nothing is wrong with them, that packets get through, and that each seed gives
// the same octets again.
#include "tests/support/network_driver.hpp"
#include "tests/tunstack/lab/closed_lab.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/notation/frame_text.hpp"
#include "tunstack/notation/packet_text.hpp"

namespace tunstack::test::built_in_labs_test {
namespace {

using lab::built_in_labs;
using lab::BuiltInLab;
using lab::LabPlan;
using testing::Contains;
using testing::HasSubstr;

/// Somebody outside, at a door.
constexpr const char* outside_mac = "02:00:5e:00:53:99";

LabPlan plan_of_lab(std::string_view name, const std::vector<std::string>& with = {}) {
  return lab::plan_lab(read_good_lab(std::string(lab::find_built_in(name)->text), with));
}

std::string text_of(const IpAddress& address) { return to_text(address); }

/// Who is outside at a door, and what it sends and gets.
class Outside {
 public:
  Outside(const LabPlan& lab, std::size_t door) : lab_(lab), door_(door), driver_(lab.network) {
    driver_.run_for(std::chrono::seconds(5));  // until addresses are checked
  }

  std::string own_address(Family family) const {
    for (const IpPrefix& own : lab_.doors[door_].addresses)
      if (own.address.family() == family) return text_of(own.address);
    return "";
  }

  /// Lines of what comes back by the door within some seconds.
  std::vector<std::string> send(const std::string& line, const std::string& next_hop_mac = "") {
    const std::string frame = std::string(outside_mac) + " > " + next_hop_mac + ", " + line;
    const auto octets = next_hop_mac.empty() ? notation::parse_packet(line) : notation::parse_frame(frame);
    EXPECT_TRUE(octets.has_value()) << line;
    std::vector<Left> left = driver_.send(octets.value_or(Packet()), door_);
    std::ranges::move(driver_.run_for(std::chrono::seconds(3)), std::back_inserter(left));
    std::vector<std::string> lines;
    for (const Left& one : left) {
      const Packet datagram = one.is_frame ? Packet(one.octets.begin() + 14, one.octets.end()) : one.octets;
      if (!datagram.empty() && (datagram[0] >> 4U == 4 || datagram[0] >> 4U == 6) && one.door == door_)
        lines.push_back(describe(datagram).summary);
    }
    return lines;
  }

  /// Of the neighbor that takes packets to others, on Ethernet.
  std::string mac_of(const std::string& address) {
    const std::string line = std::string(outside_mac) + " > ff:ff:ff:ff:ff:ff, ARP who has " + address + ", tell " +
                             own_address(Family::ipv4);
    const auto frame = notation::parse_frame(line);
    EXPECT_TRUE(frame.has_value()) << line;
    for (const Left& left : driver_.send(frame.value_or(Packet()), door_))
      if (left.octets.size() >= 14) return to_text(MacAddress::load(left.octets, 6));
    ADD_FAILURE() << "nobody has " << address;
    return outside_mac;
  }
  const lab::PlannedDoor& door() const { return lab_.doors[door_]; }

 private:
  const LabPlan& lab_;
  std::size_t door_;
  NetworkDriver driver_;
};

TEST(BuiltInLabs, nothing_is_wrong_with_them_and_each_says_what_it_shows) {
  for (const BuiltInLab& one : built_in_labs()) {
    const lab::LabFile file = read_good_lab(std::string(one.text));
    EXPECT_EQ(file.name, one.name);
    EXPECT_FALSE(file.description.empty()) << one.name;
  }
  EXPECT_EQ(built_in_labs().size(), 16U);
  read_good_lab(std::string(lab::lab_template()));
  EXPECT_EQ(lab::find_built_in("nowhere"), nullptr);
}

/// Where an echo of a lab goes, and from which door.
struct Journey {
  const char* lab;
  std::size_t door;
  const char* target;
};
constexpr Journey journeys[] = {
    {"host", 0, "192.0.2.2"},          {"chain", 0, "203.0.113.2"},   {"pmtud", 0, "198.51.100.2"},
    {"black-hole", 0, "198.51.100.2"}, {"loop", 0, "198.51.100.2"},   {"ecmp", 0, "198.51.100.2"},
    {"between", 0, "192.0.2.2"},       {"between", 1, "203.0.113.2"}, {"tunnel-1420", 0, "203.0.113.2"},
    {"historic", 0, "198.51.100.2"},   {"lossy", 0, "198.51.100.2"}};

TEST(BuiltInLabs, TOPO_001_TOPO_002_an_echo_comes_back_from_end_to_end) {
  for (const Journey& journey : journeys) {
    const LabPlan lab =
        plan_of_lab(journey.lab, std::string_view(journey.lab) == "lossy" ? std::vector<std::string>{"link.core.loss=0"}
                                                                          : std::vector<std::string>());
    Outside outside(lab, journey.door);
    EXPECT_THAT(outside.send(outside.own_address(Family::ipv4) + " > " + journey.target +
                             " ICMP echo request, id 1, seq 1, length 64"),
                Contains(HasSubstr("ICMP echo reply, id 1, seq 1")))
        << journey.lab;
  }
}

TEST(BuiltInLabs, an_echo_of_ipv6_comes_back_too) {
  constexpr Journey of_ipv6[] = {{"host", 0, "2001:db8::2"},      {"chain", 0, "2001:db8:2::2"},
                                 {"pmtud", 0, "2001:db8:1::2"},   {"ecmp", 0, "2001:db8:1::2"},
                                 {"between", 1, "2001:db8:2::2"}, {"tunnel-1420", 0, "2001:db8:2::2"}};
  for (const Journey& journey : of_ipv6) {
    const LabPlan lab = plan_of_lab(journey.lab);
    Outside outside(lab, journey.door);
    EXPECT_THAT(outside.send(outside.own_address(Family::ipv6) + " > " + journey.target +
                             " ICMP6 echo request, id 1, seq 1, length 64"),
                Contains(HasSubstr("ICMP6 echo reply, id 1, seq 1")))
        << journey.lab;
  }
}

TEST(BuiltInLabs, stations_on_ethernet_answer) {
  const Journey by_router[] = {{"redirect", 0, "192.0.2.3"}, {"autoconf", 0, "192.0.2.2"}};
  for (const Journey& journey : by_router) {
    const LabPlan lab = plan_of_lab(journey.lab);
    Outside outside(lab, 0);
    EXPECT_THAT(outside.send("192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1, length 64",
                             outside.mac_of(journey.target)),
                Contains(HasSubstr("ICMP echo reply")))
        << journey.lab;
  }
  const LabPlan lab = plan_of_lab("neighbors");
  Outside outside(lab, 0);
  EXPECT_EQ(outside.mac_of("192.0.2.3"), "02:00:5e:00:53:01") << "as the file says";
  EXPECT_EQ(outside.mac_of("192.0.2.4"), "02:74:c0:00:02:04") << "02:74 and the address";
}

TEST(BuiltInLabs, pmtud_reports_its_bottleneck_and_black_hole_does_not) {
  const std::string large = "192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1, length 1400, df";
  const LabPlan pmtud = plan_of_lab("pmtud"), black_hole = plan_of_lab("black-hole");
  EXPECT_THAT(Outside(pmtud, 0).send(large), Contains(HasSubstr("mtu 1300")));
  EXPECT_THAT(Outside(black_hole, 0).send(large), testing::IsEmpty());
}

TEST(BuiltInLabs, redirect_names_the_nearer_router) {
  const LabPlan lab = plan_of_lab("redirect");
  Outside outside(lab, 0);
  EXPECT_THAT(
      outside.send("192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq 1, length 64", outside.mac_of("192.0.2.2")),
      Contains(testing::AllOf(HasSubstr("redirect"), HasSubstr("192.0.2.3"))));
}

TEST(BuiltInLabs, TOPO_003_a_loop_ends_by_time_exceeded) {
  const LabPlan lab = plan_of_lab("loop");
  EXPECT_THAT(Outside(lab, 0).send("192.0.2.1 > 203.0.113.9 ICMP echo request, id 1, seq 1, length 64"),
              Contains(HasSubstr("time exceeded")));
  EXPECT_THAT(Outside(lab, 0).send("2001:db8::1 > 2001:db8:2::9 ICMP6 echo request, id 1, seq 1, length 64"),
              Contains(HasSubstr("time exceeded")));
}

TEST(BuiltInLabs, TOPO_005_flows_of_ecmp_take_both_ways) {
  const LabPlan lab = plan_of_lab("ecmp");
  NetworkDriver driver(lab.network);
  for (unsigned port = 4000; port < 4064; ++port)
    driver.send(
        notation::parse_packet("192.0.2.1 > 198.51.100.2 UDP " + std::to_string(port) + " > 7, length 8").value());
  const auto forwarded = [&](const char* node) { return driver.node(node).state().forwarded; };
  EXPECT_GT(forwarded("a"), 0U);
  EXPECT_GT(forwarded("b"), 0U);
  EXPECT_EQ(forwarded("r4"), 128U) << "to the server and back";
}

TEST(BuiltInLabs, TOPO_005_packets_of_one_flow_take_both_ways_of_ecmp_packet_in_turn) {
  const lab::LabOutcome outcome = lab::run_closed(read_good_lab(std::string(lab::find_built_in("ecmp-packet")->text)));
  EXPECT_TRUE(outcome.holds());
  for (std::size_t ping = 1; ping < 3; ++ping) {
    std::vector<std::size_t> places;
    for (std::size_t i = 1; i <= 10; ++i)
      places.push_back(outcome.programs[ping].text.find("icmp_seq=" + std::to_string(i) + " "));
    EXPECT_THAT(places, testing::Each(testing::Ne(std::string::npos))) << outcome.programs[ping].text;
    for (std::size_t i = 0; i < places.size(); i += 2)
      EXPECT_LT(places[i + 1], places[i]) << "each other one overtakes one\n" << outcome.programs[ping].text;
  }
  EXPECT_THAT(outcome.programs[0].text, testing::AllOf(HasSubstr("198.18.0.1 "), HasSubstr("198.18.0.3 ")));
}

TEST(BuiltInLabs, a_client_of_autoconf_forms_its_addresses) {
  const LabPlan lab = plan_of_lab("autoconf");
  NetworkDriver driver(lab.network);
  driver.run_for(std::chrono::seconds(20));
  const auto& client = driver.node("client").state();
  const bool has_one = std::ranges::any_of(
      client.interface(InterfaceId{0}).addresses.ipv6->addresses(),
      [](const auto& own) { return IpPrefix{parse_address("2001:db8::").value(), 64}.contains(own.address); });
  EXPECT_TRUE(has_one);
}

TEST(BuiltInLabs, historic_answers_what_is_not_answered_today) {
  const LabPlan lab = plan_of_lab("historic");
  EXPECT_THAT(Outside(lab, 0).send("192.0.2.1 > 192.0.2.2 ICMP address mask request, id 1, seq 1"),
              Contains(HasSubstr("address mask reply")));
  EXPECT_THAT(Outside(lab, 0).send("192.0.2.1 > 198.51.100.2 ICMP timestamp request, id 1, seq 1"),
              Contains(HasSubstr("timestamp reply")));
}

// ---- the same again ----

std::vector<Left> fifty_echoes(const LabPlan& lab) {
  NetworkDriver driver(lab.network);
  std::vector<Left> left;
  for (unsigned i = 0; i < 50; ++i) {
    const auto echo = notation::parse_packet("192.0.2.1 > 198.51.100.2 ICMP echo request, id 1, seq " +
                                             std::to_string(i) + ", length 64");
    std::ranges::move(driver.send(echo.value()), std::back_inserter(left));
    std::ranges::move(driver.run_for(std::chrono::milliseconds(20)), std::back_inserter(left));
  }
  std::ranges::move(driver.run_for(std::chrono::seconds(2)), std::back_inserter(left));
  return left;
}

TEST(BuiltInLabs, TOPO_007_the_same_seed_gives_the_same_octets_at_the_same_times) {
  const auto once = fifty_echoes(plan_of_lab("lossy"));
  EXPECT_EQ(once, fifty_echoes(plan_of_lab("lossy")));
  EXPECT_NE(once, fifty_echoes(plan_of_lab("lossy", {"seed=2"})));
  EXPECT_GT(once.size(), 20U);
}

}  // namespace
}  // namespace tunstack::test::built_in_labs_test
