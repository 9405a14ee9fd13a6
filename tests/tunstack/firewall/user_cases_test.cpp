// Files of users and expectations of the command line: what they say, and faults that say where.
#include <gmock/gmock.h>

#include "tests/support/packets.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/firewall/catalogue.hpp"

namespace tunstack::test::user_cases_test {
namespace {

using firewall::Case;
using firewall::Fate;
using firewall::read_cases;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(UserCases, say_what_is_to_become_of_a_packet) {
  const auto cases = read_cases(R"(
[defaults]
group = "ssh"
note = "as agreed"

[[case]]
packet = "198.51.100.7 > host TCP 22 [S]"
verdict = "rejected 3/13"

[[case]]
id = "nat"
mode = "router"
from = "inside"
flow = "udp"
packets = ["client > far UDP 53", "client > far ICMP6 echo request"]
family = 6
repeat = 3
verdict = "forwarded"
as = "router > far UDP 53"
)",
                                "mine.toml");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].id, "user-1");
  EXPECT_EQ(cases[0].group, "ssh");
  EXPECT_EQ(cases[0].note, "as agreed");
  EXPECT_EQ(cases[0].title, "198.51.100.7 > host TCP 22 [S]");
  EXPECT_EQ(cases[0].family, Family::ipv4);
  EXPECT_EQ(cases[0].wanted, Fate::rejected);
  EXPECT_EQ(cases[0].wanted_detail, "3/13");
  EXPECT_EQ(cases[1].id, "nat");
  EXPECT_EQ(cases[1].mode, firewall::Mode::router);
  EXPECT_EQ(cases[1].from, firewall::Side::inside);
  EXPECT_EQ(cases[1].flow, firewall::Flow::udp);
  EXPECT_EQ(cases[1].family, Family::ipv6);
  EXPECT_EQ(cases[1].repeat, 3U);
  EXPECT_EQ(cases[1].wanted, Fate::forwarded);
  EXPECT_EQ(cases[1].wanted_packet, "router > far UDP 53");
  EXPECT_THAT(cases[1].packets, ElementsAre("client > far UDP 53", "client > far ICMP6 echo request"));
}

TEST(UserCases, the_consequence_follows_from_the_level) {
  const auto cases = read_cases(R"(
[defaults]
family = 4
consequence-of-dropping = "it is lost"
consequence-of-passing = "it gets in"
[[case]]
packet = "far > host UDP 1"
level = "should-pass"
[[case]]
packet = "far > host UDP 2"
level = "must-drop"
[[case]]
packet = "far > host UDP 3"
level = "must-drop"
consequence = "its own"
[[case]]
packet = "far > host UDP 4"
)",
                                "mine.toml");
  EXPECT_EQ(cases[0].consequence, "it is lost");
  EXPECT_EQ(cases[1].consequence, "it gets in");
  EXPECT_EQ(cases[2].consequence, "its own");
  EXPECT_EQ(cases[3].consequence, "");
}

TEST(UserCases, the_family_is_that_of_an_address_or_of_the_message) {
  for (const auto& [packet, family] :
       std::map<std::string, Family>{{"2001:db8::7 > host TCP 22 [S]", Family::ipv6},
                                     {"host>192.0.2.9 UDP 53", Family::ipv4},
                                     {"far > host ICMP echo request", Family::ipv4},
                                     {"far > host ICMP6 echo request", Family::ipv6},
                                     {"60000000 00003b40 20010db8000f00000000000000000007 "
                                      "20010db8000100000000000000000001",
                                      Family::ipv6}})
    EXPECT_EQ(read_cases("[[case]]\npacket = \"" + packet + "\"\n", "x").at(0).family, family) << packet;
}

struct Wrong {
  const char* text;
  const char* place;  // "file:2:10"
  const char* why;
  const char* remedy;
};

TEST(UserCases, faults_say_where_and_what_there_is) {
  for (const Wrong& wrong : {
           Wrong{"[[case]\n", "mine.toml:1:8", "", "TOML"},
           Wrong{"", "mine.toml:", "there is no case", "[[case]]"},
           Wrong{"case = 1\n", "mine.toml:", "there is no case", "[[case]]"},
           Wrong{"[[cases]]\n", "mine.toml:1:3", "'cases' is no part of a file", "[[case]]"},
           Wrong{"[[case]]\nid = \"a\"\npakets = \"x\"\n", "mine.toml:3:1", "'pakets' is no key of a case", "packets"},
           Wrong{"[defaults]\nid = \"a\"\n[[case]]\n", "mine.toml:2:1", "'id' is no key of defaults", "level"},
           Wrong{"[[case]]\npacket = \"far > host ICMP ech\"\n", "mine.toml:2:27", "the name of a message",
                 "packets.md"},
           Wrong{"[[case]]\nfamily = 4\npackets = [\"far > host UDP 1\",\n  \"far > hots UDP 1\"]\n", "mine.toml:4:10",
                 "an address is expected, or one of", "packets.md"},
           Wrong{"[[case]]\npacket = 5\n", "mine.toml:2:10", "'packet' is a text", "quotation"},
           Wrong{"[[case]]\npackets = \"x\"\n", "mine.toml:2:11", "'packets' is a list", "brackets"},
           Wrong{"[[case]]\nlevel = \"must\"\n", "mine.toml:2:9",
                 "'must' is none of must-pass, should-pass, must-drop, should-drop, informational", "how much"},
           Wrong{"[[case]]\nverdict = \"droped\"\n", "mine.toml:2:11", "'droped' is none of passed, answered",
                 "dropped"},
           Wrong{"[[case]]\nfamily = 5\n", "mine.toml:2:10", "a family is 4 or 6", "4 or 6"},
           Wrong{"[[case]]\nrepeat = 0\n", "mine.toml:2:10", "packets are sent 1 to 10000 times", "how often"},
           Wrong{"[[case]]\nfragments = []\n", "mine.toml:2:13", "it says nothing", "octets"},
           Wrong{"[[case]]\nid = \"a\"\n", "mine.toml:1:1", "a case has a packet or packets", "packet ="},
           Wrong{"[[case]]\npacket = \"far > host UDP 1\"\n", "mine.toml:1:1", "no address tells the family", ""},
           Wrong{"[[case]]\nfamily = 4\npacket = \"far > host UDP 1\"\nfragments = [\"0-9000\"]\n", "mine.toml:1:1",
                 "there are 8 octets", ""},
           Wrong{"[[case]]\nfamily = 4\npacket = \"far > host UDP 1\"\nas = \"x\"\n", "mine.toml:1:1",
                 "in 'as': an address", ""},
           Wrong{"[[case]]\nid = \"a\"\nfamily = 4\npacket = \"far > host UDP 1\"\n"
                 "[[case]]\nid = \"a\"\nfamily = 4\npacket = \"far > host UDP 1\"\n",
                 "mine.toml:5:1", "the id a is there twice", "of its own"},
       }) {
    try {
      read_cases(wrong.text, "mine.toml");
      ADD_FAILURE() << wrong.text;
    } catch (const UsageFault& fault) {
      EXPECT_THAT(fault.what(), HasSubstr(wrong.place)) << wrong.text;
      EXPECT_THAT(fault.why(), HasSubstr(wrong.why)) << wrong.text;
      EXPECT_THAT(fault.remedy(), HasSubstr(wrong.remedy)) << wrong.text;
    }
  }
}

TEST(UserCases, expectations_of_the_command_line) {
  const Case a_case = firewall::case_of_expectation("198.51.100.7 > host TCP 22 [S]  =>  rejected RST", 3);
  EXPECT_EQ(a_case.id, "user-3");
  EXPECT_THAT(a_case.packets, ElementsAre("198.51.100.7 > host TCP 22 [S]"));
  EXPECT_EQ(a_case.family, Family::ipv4);
  EXPECT_EQ(a_case.wanted, Fate::rejected);
  EXPECT_EQ(a_case.wanted_detail, "RST");
  EXPECT_EQ(firewall::case_of_expectation("host > 2001:db8::1 UDP 53=>passed", 1).family, Family::ipv6);
  EXPECT_EQ(firewall::case_of_expectation("peer > host TCP 22 [S] => passed", 1).family, Family::ipv4);
}

TEST(UserCases, an_expectation_is_sent_by_whom_it_names_first) {
  using firewall::Mode, firewall::Side;
  const auto sender = [](const char* ends) {
    const Case a_case = firewall::case_of_expectation(std::string(ends) + " UDP 53 => dropped", 1);
    return std::pair(a_case.mode, a_case.from);
  };
  EXPECT_EQ(sender("far > host"), std::pair(Mode::host, Side::outside));
  EXPECT_EQ(sender("203.0.113.9 > host"), std::pair(Mode::host, Side::outside));
  EXPECT_EQ(sender("host > far"), std::pair(Mode::host, Side::host));
  EXPECT_EQ(sender("client > far"), std::pair(Mode::router, Side::inside));
  EXPECT_EQ(sender("far > server"), std::pair(Mode::router, Side::outside));
}

TEST(UserCases, a_packet_of_the_command_line_is_of_IPv4_where_nothing_says_otherwise) {
  EXPECT_EQ(firewall::case_of_packet(" far > host TCP 22 [S] ").family, Family::ipv4);
  EXPECT_EQ(firewall::case_of_packet("far > host ICMP6 echo request").family, Family::ipv6);
  EXPECT_FALSE(firewall::case_of_packet("far > host TCP 22 [S]").wanted);
  try {
    firewall::case_of_packet("far > host TCP 22 [Y]");
    ADD_FAILURE();
  } catch (const UsageFault& fault) {
    EXPECT_THAT(fault.why(), HasSubstr("flags are letters"));
  }
}

TEST(UserCases, wrong_expectations) {
  for (const auto& [text, why] :
       std::map<std::string, std::string>{{"192.0.2.7 > host TCP 22 [S] -> passed", "there is no '=>'"},
                                          {"192.0.2.7 > host TCP 22 [S] => past", "'past' is none of passed"},
                                          {"192.0.2.7 > hots TCP 22 [S] => passed", "or one of broadcast, client"},
                                          {"192.0.2.7 > host TCP 22 [Y] => passed", "flags are letters"},
                                          {"=> passed", "no address"},
                                          {"192.0.2.7 > host SCTP 5 => passed", "is expected, at 'SCTP 5'"}})
    try {
      firewall::case_of_expectation(text, 1);
      ADD_FAILURE() << text;
    } catch (const UsageFault& fault) {
      EXPECT_THAT(fault.why(), HasSubstr(why)) << text;
    }
}

}  // namespace
}  // namespace tunstack::test::user_cases_test
