// Addresses that are used while they are checked (RFC 4429); those that a host makes itself, if dad.mode says so.
#include "tests/conformance/addresses/own_addresses.hpp"

namespace tunstack::test::optimistic_address_test {

using namespace own_addresses;
using namespace router_messages;
using namespace routers;
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

/// Its address of the prefix of a router is probed right now.
struct Optimistic : OwnAddresses {
  explicit Optimistic(std::string_view mode = "dad.mode=optimistic") : OwnAddresses(autoconfiguring_host({mode})) {
    wait(20s);
    answers("2001:db8::2");  // whereupon P is known
    at_once = send(router_advertisement({.options = source_option(mac_a) + prefix_option()}));
  }
  AllSent at_once;
};

TEST(OptimisticAddress, DAD_011_used_at_once) {
  Optimistic line;
  EXPECT_EQ(targets_in(line.at_once), std::vector{std::string(eui64_global)}) << "without delay (RFC 4429 3.3)";
  EXPECT_TRUE(line.answers(eui64_global));
}

TEST(OptimisticAddress, DAD_011_off_by_default) {
  EXPECT_EQ(options_of(Profile::lab).own.mode, DetectionMode::normal);
  Optimistic line("dad.mode=normal");
  EXPECT_FALSE(line.answers(eui64_global));
}

// Someone chose it, so two may have chosen the same (RFC 4429 3.1).
TEST(OptimisticAddress, DAD_011_configured_ones_are_not) {
  OwnAddresses line(checking_host({"dad.mode=optimistic"}));
  line.wait_for_probe("2001:db8::2");
  EXPECT_FALSE(line.answers("2001:db8::2"));
}

TEST(OptimisticAddress, DAD_011_advertisements_do_not_override) {
  struct Row {
    Duration after;
    std::uint32_t flags;
    const char* why;
  };
  for (const Row& row : {Row{0s, solicited_flag, "RFC 4429 3.2"}, Row{999ms, solicited_flag, "still checked"},
                         Row{1s, solicited_flag | override_flag, "in use"}}) {
    Optimistic line;
    line.wait(row.after);
    const auto sent = line.send(question_of_peer(eui64_global));
    ASSERT_THAT(sent, SizeIs(1)) << row.why;
    EXPECT_EQ(sent[0].octets, advertisement({.source = eui64_global,
                                             .destination = peer,
                                             .target = eui64_global,
                                             .flags = row.flags,
                                             .options = target_option(own_mac)}))
        << row.why;
  }
}

/// Whether the node asks with the address as its source and its link-layer address beside it.
bool binds_both(const Sent& sent) {
  return sent.type() == neighbor_question && source_of(sent.octets) == eui64_global && sent.octets.size() > 64;
}

bool is_question_for_peer(const Sent& sent) { return !sent.is_arp && sent.asks_for() == "2001:db8:1::1"; }

// It would override what the rightful owner has told (RFC 4429 3.2).
TEST(OptimisticAddress, DAD_011_no_solicitation_binds_it_to_the_mac) {
  Optimistic line;
  line.remove_station("2001:db8:1::1");
  AllSent sent = line.send(echo6({.source = "2001:db8:1::1", .destination = eui64_global}));
  for (const Sent& later : line.wait(990ms)) sent.push_back(later);
  EXPECT_THAT(sent, testing::AllOf(testing::Contains(testing::Truly(is_question_for_peer)),
                                   Each(Not(testing::Truly(binds_both)))));
}

TEST(OptimisticAddress, DAD_011_nor_does_a_router_solicitation) {
  for_seeds(10, [](std::uint64_t seed) {
    OwnAddresses line(with_seed(self_addressed_host({"dad.mode=optimistic"}), seed));
    const auto asked = only(solicitation_type6, line.wait(999ms));
    ASSERT_THAT(asked, SizeIs(Le(1U)));
    for (const Sent& one : asked) EXPECT_EQ(one.octets.size(), 48U) << "no option (RFC 4429 3.2)";
    const auto later = only(solicitation_type6, line.wait(5s));
    ASSERT_THAT(later, Not(IsEmpty()));
    EXPECT_EQ(from(later.back().octets, 48), source_option(own_mac)) << "in use";
  });
}

TEST(OptimisticAddress, DAD_011_what_others_say_counts_all_the_same) {
  const struct {
    const char* what;
    Packet packet;
    bool is_duplicate;
  } rows[] = {
      {"an advertisement", claim_of_another(eui64_global), true},
      {"a probe", probe_of_another(eui64_global), true},
      {"a question", question_of_peer(eui64_global), false},
  };
  for (const auto& row : rows) {
    Optimistic line;
    line.send(row.packet);
    EXPECT_EQ(line.answers(eui64_global), !row.is_duplicate) << row.what;
    line.wait(5s);
    EXPECT_EQ(line.answers(eui64_global), !row.is_duplicate) << row.what << ", later";
    EXPECT_EQ(line.count(Reason::address_duplicate), row.is_duplicate ? 1U : 0U) << row.what;
  }
}

}  // namespace
}  // namespace tunstack::test::optimistic_address_test
