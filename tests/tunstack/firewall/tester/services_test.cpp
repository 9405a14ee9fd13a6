#include "tunstack/firewall/tester/services.hpp"

#include <gmock/gmock.h>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/case_packets.hpp"

namespace tunstack::test::services_test {
namespace {

using firewall::Case;
using firewall::cases_of_services;
using firewall::Mode;
using firewall::parse_services;
using firewall::Service;
using testing::ElementsAre;

TEST(Services, are_read_as_users_name_them) {
  EXPECT_THAT(parse_services("tcp/80,udp/53,tcp/80"), ElementsAre(Service{true, 80}, Service{false, 53}));
  EXPECT_EQ(firewall::to_text(Service{false, 53}), "udp/53");
  for (const char* wrong : {"", "tcp", "tcp/", "tcp/0", "tcp/65536", "sctp/80", "80", "tcp/80,", "tcp/80x"})
    EXPECT_THROW(parse_services(wrong), UsageFault) << wrong;
}

// The catalogue has cases for the first service of TCP.
TEST(Services, the_others_have_a_case_in_each_family_that_must_pass) {
  const auto cases = cases_of_services(parse_services("tcp/80,tcp/443,udp/53"), Mode::host);
  std::vector<std::string> ids;
  for (const Case& one : cases) {
    ids.push_back(one.id);
    EXPECT_EQ(one.level, firewall::Level::must_pass) << one.id;
    EXPECT_TRUE(packets_of(one, firewall::example_names(one, 0)).has_value()) << one.id;
  }
  EXPECT_THAT(ids, ElementsAre("H4-OPEN-T443", "H6-OPEN-T443", "H4-OPEN-U53", "H6-OPEN-U53"));
  EXPECT_EQ(cases[2].effect, firewall::Effect::data) << "of UDP what is delivered is seen";
  for (const Case& one : cases_of_services(parse_services("tcp/80,tcp/443"), Mode::router))
    EXPECT_TRUE(one.packets[0].contains("> server")) << one.id;
}

}  // namespace
}  // namespace tunstack::test::services_test
