// Which prefixes give addresses, and what solicitations say about an address that is being checked.
#include "protocols/discovery/addresses/address_rules.hpp"

#include <gtest/gtest.h>

namespace tunstack::test::address_rules_test {
namespace {

using discovery::AddressState;
using discovery::HeardSolicitation;
using discovery::OfferedPrefix;

struct PrefixCase {
  const char* prefix;
  int length;
  bool autonomous;
  std::uint32_t valid, preferred;
  bool autoconfigure, known;
  const char* reason;
};

// The first rule that is broken is the reason.
TEST(AddressRules, SLAAC_002_which_prefixes_give_addresses) {
  for (const PrefixCase& c : {
           PrefixCase{"2001:db8::", 64, true, 20, 10, true, false, ""},
           PrefixCase{"2001:db8::", 64, true, 10, 10, true, false, ""},
           PrefixCase{"fd00:1::", 64, true, 1, 0, true, false, ""},
           PrefixCase{"fec0::", 64, true, 1, 0, true, false, ""},
           PrefixCase{"fe80::", 64, false, 1, 2, false, false, "address_autoconfiguration_off"},
           PrefixCase{"fe80::", 64, false, 1, 2, true, false, "address_prefix_not_autonomous"},
           PrefixCase{"fe80::", 64, true, 1, 2, true, false, "address_prefix_link_local"},
           PrefixCase{"febf::", 65, true, 1, 2, true, false, "address_prefix_link_local"},
           PrefixCase{"ff02::", 65, true, 1, 2, true, false, "address_prefix_preferred_after_valid"},
           PrefixCase{"2001:db8::", 64, true, 1, infinite_lifetime, true, false,
                      "address_prefix_preferred_after_valid"},
           PrefixCase{"ff02::", 65, true, 0, 0, true, false, "address_prefix_length_not_64"},
           PrefixCase{"2001:db8::", 63, true, 9, 9, true, false, "address_prefix_length_not_64"},
           PrefixCase{"2001:db8::", 48, true, 9, 9, true, false, "address_prefix_length_not_64"},
           PrefixCase{"2001:db8::", 80, true, 9, 9, true, false, "address_prefix_length_not_64"},
           PrefixCase{"ff02::", 64, true, 0, 0, true, false, "address_prefix_not_unicast"},
           PrefixCase{"::", 64, true, 9, 9, true, false, "address_prefix_not_unicast"},
           PrefixCase{"::1:0:0:0:0", 64, true, 9, 9, true, false, ""},
           PrefixCase{"2001:db8::", 64, true, 0, 0, true, false, "address_prefix_not_valid"},
           PrefixCase{"2001:db8::", 64, true, 0, 0, true, true, ""},
           PrefixCase{"2001:db8::", 64, true, 1, 2, true, true, "address_prefix_preferred_after_valid"},
       }) {
    const PrefixInformation information{
        parse_address(c.prefix)->ipv6(), static_cast<std::uint8_t>(c.length), true, c.autonomous, c.valid, c.preferred};
    const auto broken = first_broken<discovery::prefix_rules>(OfferedPrefix{information, c.autoconfigure, c.known});
    EXPECT_EQ(broken ? info(*broken).name : "", c.reason) << c.prefix << "/" << c.length;
  }
}

struct SolicitationCase {
  AddressState state;
  bool from_unspecified, own_nonce;
  const char* reason;
};

TEST(AddressRules, DAD_005_what_a_solicitation_says) {
  using enum AddressState;
  for (const SolicitationCase& c : {
           SolicitationCase{tentative, true, false, "address_probed_by_another"},
           SolicitationCase{optimistic, true, false, "address_probed_by_another"},
           SolicitationCase{usable, true, false, ""},
           SolicitationCase{duplicate, true, false, ""},
           SolicitationCase{tentative, false, false, "address_resolved_while_tentative"},
           SolicitationCase{optimistic, false, false, ""},
           SolicitationCase{usable, false, false, ""},
           SolicitationCase{duplicate, false, false, ""},
           SolicitationCase{tentative, true, true, "address_probe_looped_back"},
           SolicitationCase{usable, true, true, "address_probe_looped_back"},
       }) {
    const HeardSolicitation heard{c.state, c.from_unspecified, c.own_nonce};
    const auto broken = first_broken<discovery::solicitation_rules>(heard);
    EXPECT_EQ(broken ? info(*broken).name : "", c.reason);
  }
}

}  // namespace
}  // namespace tunstack::test::address_rules_test
