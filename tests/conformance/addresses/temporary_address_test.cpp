// Random addresses beside the stable ones, anew each day (RFC 8981).
#include <set>

#include "tests/conformance/addresses/own_addresses.hpp"

namespace tunstack::test::temporary_address_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view in_prefix = "2001:db8:1::1";

/// A host with a prefix for a long time, told again each hour, and the addresses that it has made of it.
struct Temporary : OwnAddresses {
  explicit Temporary(std::string_view setting = "slaac.tempaddr=on", std::uint64_t seed = 1)
      : OwnAddresses(with_seed(autoconfiguring_host({setting}), seed)) {
    wait(20s);
    const auto probed = targets_in(send(advertised()));
    made.insert(made.end(), probed.begin(), probed.end());
    pass(10s);
  }
  static Packet advertised() { return router_advertisement({.options = prefix_option()}); }

  void pass(Duration duration) {
    for (const std::string& target : targets_in(wait(duration))) made.push_back(target);
  }
  void pass_hours(int hours) {
    for (int hour = 0; hour < hours; ++hour) {
      pass(1h);
      send(advertised());
    }
  }
  /// Without the one of the MAC address.
  std::vector<std::string> temporary() const {
    std::vector<std::string> some = made;
    std::erase(some, eui64_global);
    return some;
  }
  std::vector<std::string> made;  // in their order
};

TEST(TemporaryAddress, SLAAC_011_off_by_default) {
  EXPECT_FALSE(options_of(Profile::lab).own.temporary);
  EXPECT_TRUE(options_of(Profile::hardened).own.temporary);
  EXPECT_THAT(Temporary("slaac.tempaddr=off").temporary(), IsEmpty());
}

TEST(TemporaryAddress, SLAAC_011_a_second_address_which_is_preferred) {
  Temporary line;
  ASSERT_THAT(line.made, SizeIs(2));
  ASSERT_THAT(line.temporary(), SizeIs(1));
  const std::string address = line.temporary()[0];
  EXPECT_TRUE(address.starts_with("2001:db8:1:")) << address;
  EXPECT_TRUE(line.answers(address));
  EXPECT_TRUE(line.answers(eui64_global)) << "both are ours";
  EXPECT_EQ(line.source_towards(in_prefix), address) << "new traffic (RFC 6724 5 rule 7)";
}

TEST(TemporaryAddress, SLAAC_011_random) {
  std::set<std::string> addresses;
  for_seeds(10, [&](std::uint64_t seed) {
    for (const auto& address : Temporary("slaac.tempaddr=on", seed).temporary()) addresses.insert(address);
  });
  EXPECT_THAT(addresses, SizeIs(10));
}

// Preferred for a day less up to 0.4 of it, the next one ready 5 s earlier (RFC 8981 3.8).
TEST(TemporaryAddress, SLAAC_011_renewed_ahead_of_its_end) {
  for_seeds(5, [](std::uint64_t seed) {
    Temporary line("slaac.tempaddr=on", seed);
    const std::string first = line.temporary().at(0);
    line.pass_hours(14);
    ASSERT_THAT(line.temporary(), SizeIs(1)) << "0.6 of a day is not over";
    EXPECT_EQ(line.source_towards(in_prefix), first);
    line.pass_hours(10);
    ASSERT_THAT(line.temporary(), SizeIs(2)) << "a day is";
    const std::string second = line.temporary()[1];
    EXPECT_EQ(line.source_towards(in_prefix), second);
    EXPECT_TRUE(line.answers(first)) << "valid for two days";
    line.pass_hours(23);
    EXPECT_TRUE(line.answers(first));
    line.pass_hours(1);
    EXPECT_FALSE(line.answers(first)) << "which are over";
    EXPECT_TRUE(line.answers(eui64_global)) << "this one lasts as long as its prefix";
  });
}

// There is always one to send from: the next is in use before the last is deprecated.
TEST(TemporaryAddress, SLAAC_011_no_moment_without_one) {
  Temporary line;
  for (int minute = 0; minute < 26 * 60; ++minute) {
    line.pass(1min);
    if (minute % 60 == 0) line.send(Temporary::advertised());
    const std::string source = line.source_towards(in_prefix);
    ASSERT_THAT(line.temporary(), testing::Contains(source)) << "minute " << minute;
  }
  EXPECT_THAT(line.temporary(), SizeIs(2));
}

TEST(TemporaryAddress, SLAAC_011_not_longer_than_its_prefix) {
  OwnAddresses line(autoconfiguring_host({"slaac.tempaddr=on"}));
  line.wait(20s);
  line.send(router_advertisement({.options = prefix_option({.valid = 1000, .preferred = 500})}));
  const auto made = targets_in(line.wait(10s));
  ASSERT_THAT(made, SizeIs(2));
  line.wait(489s);
  EXPECT_TRUE(line.source_towards(in_prefix).starts_with("2001:db8:1:"));
  line.wait(1s);
  EXPECT_EQ(line.source_towards(in_prefix), "2001:db8::2") << "both are deprecated";
  line.wait(499s);
  for (const auto& address : made) EXPECT_TRUE(line.answers(address)) << address;
  line.wait(1s);
  for (const auto& address : made) EXPECT_FALSE(line.answers(address)) << address;
}

TEST(TemporaryAddress, SLAAC_011_a_duplicate_gives_way_to_another_one) {
  OwnAddresses line(autoconfiguring_host({"slaac.tempaddr=on"}));
  line.wait(20s);
  line.send(router_advertisement({.options = prefix_option()}));
  std::vector<std::string> tried;
  for (std::string target = line.wait_for_any_probe(); !target.empty(); target = line.wait_for_any_probe())
    if (target != eui64_global) {
      tried.push_back(target);
      line.send(claim_of_another(target));
    }
  EXPECT_THAT(tried, SizeIs(3)) << "TEMP_IDGEN_RETRIES (RFC 8981 3.8)";
  EXPECT_THAT(std::set(tried.begin(), tried.end()), SizeIs(3));
  EXPECT_EQ(line.source_towards(in_prefix), eui64_global);
}

}  // namespace
}  // namespace tunstack::test::temporary_address_test
