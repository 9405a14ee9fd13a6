// What a bad link does to packets: exact, in order, and the same again with the same seed.
#include "tunstack/network/impairment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace tunstack::test::impairment_test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

constexpr std::size_t octets = 100;

std::vector<Fate> fates(Impairer& impairer, std::size_t count, Duration between = 0ns) {
  std::vector<Fate> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(impairer.next(octets, Instant(between * static_cast<Duration::rep>(i))));
  return all;
}
std::vector<Fate> fates(const Impairments& impairments, std::size_t count, std::uint64_t seed = 1,
                        std::string_view direction = "way") {
  Impairer impairer(impairments, seed, direction);
  return fates(impairer, count);
}

using Numbers = std::vector<std::size_t>;
template <class Is>
Numbers numbers(const std::vector<Fate>& all, const Is& is) {
  Numbers found;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is(all[i])) found.push_back(i);
  return found;
}
bool is_lost(const Fate& fate) { return fate.loss == Fate::Loss::drawn; }
bool is_doubled(const Fate& fate) { return fate.is_doubled; }
bool is_overtaken(const Fate& fate) { return fate.is_overtaken; }
bool is_corrupted(const Fate& fate) { return fate.corrupted.has_value(); }

// ---- shares ----

TEST(Impairment, nothing_happens_on_a_good_link) {
  EXPECT_FALSE(Impairments{}.any());
  Impairer impairer({}, 1, "way");
  for (const Fate& fate : fates(impairer, 100, 1ms)) {
    EXPECT_EQ(fate.loss, Fate::Loss::none);
    EXPECT_FALSE(is_doubled(fate) || is_overtaken(fate) || is_corrupted(fate));
  }
  EXPECT_EQ(impairer.next(octets, Instant(7s)).due, Instant(7s));
}

TEST(Impairment, any_of_them_makes_a_bad_link) {
  for (const Impairments& impairments :
       {Impairments{.loss = 0.1}, Impairments{.duplicate = Share::each_of(3)}, Impairments{.reorder = 0.1},
        Impairments{.corrupt = 0.1}, Impairments{.delay = 1ns}, Impairments{.jitter = 1ns}, Impairments{.rate = 1}})
    EXPECT_TRUE(impairments.any());
  EXPECT_FALSE((Impairments{.queue = 5}.any())) << "nothing waits without a rate";
}

TEST(Impairment, all_or_none_or_about_the_share) {
  EXPECT_THAT(numbers(fates({.loss = 1}, 500), is_lost), SizeIs(500));
  EXPECT_THAT(numbers(fates({.loss = 0}, 500), is_lost), IsEmpty());
  for (const double share : {0.01, 0.1, 0.5, 0.9}) {
    const double expected = 10'000 * share, deviation = std::sqrt(expected * (1 - share));
    EXPECT_NEAR(static_cast<double>(numbers(fates({.loss = share}, 10'000), is_lost).size()), expected, 4 * deviation);
    EXPECT_NEAR(static_cast<double>(numbers(fates({.duplicate = share}, 10'000), is_doubled).size()), expected,
                4 * deviation);
    EXPECT_NEAR(static_cast<double>(numbers(fates({.reorder = share}, 10'000), is_overtaken).size()), expected,
                4 * deviation);
    EXPECT_NEAR(static_cast<double>(numbers(fates({.corrupt = share}, 10'000), is_corrupted).size()), expected,
                4 * deviation);
  }
}

TEST(Impairment, exactly_each_third) {
  EXPECT_THAT(numbers(fates({.loss = Share::each_of(3)}, 10), is_lost), ElementsAre(2U, 5U, 8U));
  EXPECT_THAT(numbers(fates({.duplicate = Share::each_of(3)}, 10), is_doubled), ElementsAre(2U, 5U, 8U));
  EXPECT_THAT(numbers(fates({.reorder = Share::each_of(3)}, 10), is_overtaken), ElementsAre(2U, 5U, 8U));
  EXPECT_THAT(numbers(fates({.corrupt = Share::each_of(3)}, 10), is_corrupted), ElementsAre(2U, 5U, 8U));
  EXPECT_THAT(numbers(fates({.loss = Share::each_of(1)}, 4), is_lost), SizeIs(4));
}

TEST(Impairment, TOPO_007_the_seed_and_the_direction_choose_which_ones) {
  const auto first = numbers(fates({.loss = 0.1}, 2000, 7), is_lost);
  EXPECT_EQ(numbers(fates({.loss = 0.1}, 2000, 7), is_lost), first);
  EXPECT_NE(numbers(fates({.loss = 0.1}, 2000, 8), is_lost), first);
  EXPECT_NE(numbers(fates({.loss = 0.1}, 2000, 7, "in"), is_lost), first);
}

TEST(Impairment, each_one_draws_from_its_own_stream) {
  const Impairments all{.loss = 0.2,
                        .duplicate = 0.2,
                        .reorder = 0.2,
                        .corrupt = 0.2,
                        .delay = 20ms,
                        .jitter = 5ms,
                        .rate = 1'000'000'000,
                        .queue = 100'000};
  const auto together = fates(all, 2000);
  const auto lost = numbers(together, is_lost);
  EXPECT_EQ(numbers(fates({.loss = 0.2}, 2000), is_lost), lost);
  EXPECT_EQ(numbers(fates({.duplicate = 0.2}, 2000), is_doubled), numbers(together, is_doubled));
  EXPECT_EQ(numbers(fates({.reorder = 0.2}, 2000), is_overtaken), numbers(together, is_overtaken));
  EXPECT_EQ(numbers(fates({.corrupt = 0.2}, 2000), is_corrupted), numbers(together, is_corrupted));
  EXPECT_NE(numbers(together, is_doubled), lost);
  EXPECT_NE(numbers(together, is_overtaken), lost);
  EXPECT_NE(numbers(together, is_corrupted), lost);
  EXPECT_NE(numbers(together, is_overtaken), numbers(together, is_doubled));
  EXPECT_NE(numbers(together, is_corrupted), numbers(together, is_doubled));
}

TEST(Impairment, a_loss_moves_no_jitter_and_no_bit_of_others) {
  Impairer with({.loss = 0.3, .corrupt = 1, .delay = 20ms, .jitter = 5ms}, 1, "way");
  Impairer without({.corrupt = 1, .delay = 20ms, .jitter = 5ms}, 1, "way");
  const auto some = fates(with, 300, 1s), all = fates(without, 300, 1s);
  for (std::size_t i = 0; i < 300; ++i) {
    EXPECT_EQ(some[i].corrupted, all[i].corrupted);
    if (!is_lost(some[i])) {
      EXPECT_EQ(some[i].due, all[i].due);
    }
  }
}

TEST(Impairment, what_changes_counts_from_the_next_packet_on_and_streams_go_on) {
  Impairer changed({.loss = 0.2}, 1, "way");
  auto lost = fates(changed, 500);
  changed.change({.loss = 0.2, .delay = 3ms});
  EXPECT_EQ(changed.impairments().delay, 3ms);
  const auto later = fates(changed, 500);
  lost.insert(lost.end(), later.begin(), later.end());
  EXPECT_EQ(numbers(lost, is_lost), numbers(fates({.loss = 0.2}, 1000), is_lost));
  for (const Fate& fate : later)
    if (!is_lost(fate)) {
      EXPECT_EQ(fate.due, Instant(3ms));
    }
}

// ---- time ----

TEST(Impairment, a_delay_is_that_of_each_packet) {
  Impairer impairer({.delay = 20ms}, 1, "way");
  EXPECT_EQ(impairer.next(octets, Instant(0ns)).due, Instant(20ms));
  EXPECT_EQ(impairer.next(octets, Instant(5ms)).due, Instant(25ms));
  EXPECT_EQ(impairer.next(octets, Instant(5ms)).due, Instant(25ms));
}

TEST(Impairment, TOPO_006_jitter_stays_within_its_bounds_and_reaches_them) {
  Impairer impairer({.delay = 20ms, .jitter = 5ms}, 1, "way");
  std::vector<Duration> waits;
  for (int i = 0; i < 2000; ++i) waits.push_back(impairer.next(octets, Instant(i * 1s)).due - Instant(i * 1s));
  EXPECT_THAT(waits, Each(AllOf(Ge(15ms), Le(25ms))));
  EXPECT_LT(*std::ranges::min_element(waits), 15ms + 50us);
  EXPECT_GT(*std::ranges::max_element(waits), 25ms - 50us);
  Duration sum{};
  for (const Duration wait : waits) sum += wait;
  EXPECT_NEAR(static_cast<double>((sum / 2000).count()), 20e6, 0.3e6) << "as much more as less";
}

TEST(Impairment, jitter_keeps_the_order_of_packets) {
  Impairer impairer({.delay = 20ms, .jitter = 20ms}, 1, "way");
  Instant last{};
  int equal = 0;
  for (int i = 0; i < 2000; ++i) {
    const Instant due = impairer.next(octets, Instant(i * 1ms)).due;
    EXPECT_GE(due, last);
    EXPECT_GE(due, Instant(i * 1ms));
    EXPECT_LE(due, Instant(i * 1ms) + 40ms);
    equal += due == last;
    last = due;
  }
  EXPECT_GT(equal, 500) << "who would have overtaken comes out with who is before";
}

TEST(Impairment, jitter_that_exceeds_the_delay_makes_no_packet_early) {
  Impairer impairer({.delay = 1ms, .jitter = 10ms}, 1, "way");
  int at_once = 0;
  for (int i = 0; i < 500; ++i) {
    const Instant now(i * 1s);
    const Instant due = impairer.next(octets, now).due;
    EXPECT_GE(due, now);
    at_once += due == now;
  }
  EXPECT_NEAR(at_once, 225, 60) << "9 of 20";
}

TEST(Impairment, a_rate_is_exact_to_the_nanosecond) {
  Impairer impairer({.rate = 1'000'000}, 1, "way");  // 8 us an octet
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(1ms));
  EXPECT_EQ(impairer.next(1, Instant(0ns)).due, Instant(1ms + 8us)) << "when the one before has left";
  EXPECT_EQ(impairer.next(1500, Instant(500us)).due, Instant(1ms + 8us + 12ms));
  EXPECT_EQ(impairer.next(1, Instant(20ms)).due, Instant(20ms + 8us)) << "nothing was in the way";
  Impairer slow({.rate = 3}, 1, "way");
  EXPECT_EQ(slow.next(1, Instant(0ns)).due, Instant(2'666'666'666ns));
  Impairer fast({.rate = 10'000'000'000}, 1, "way");
  EXPECT_EQ(fast.next(65535, Instant(0ns)).due, Instant(52'428ns));
}

TEST(Impairment, the_delay_begins_when_the_last_octet_has_left) {
  Impairer impairer({.delay = 7ms, .rate = 1'000'000}, 1, "way");
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(8ms));
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(9ms));
}

TEST(Impairment, a_queue_holds_so_many_beside_the_one_that_is_sent) {
  Impairer impairer({.rate = 1'000'000, .queue = 2}, 1, "way");
  const auto next = [&](Duration now) { return impairer.next(125, Instant(now)); };
  EXPECT_EQ(next(0ns).due, Instant(1ms));
  EXPECT_EQ(next(0ns).due, Instant(2ms));
  EXPECT_EQ(next(0ns).due, Instant(3ms));
  EXPECT_EQ(next(0ns).loss, Fate::Loss::queue_full);
  EXPECT_EQ(next(1ms - 1ns).loss, Fate::Loss::queue_full);
  EXPECT_EQ(next(1ms).due, Instant(4ms)) << "to the nanosecond";
  EXPECT_EQ(next(1ms).loss, Fate::Loss::queue_full);
  EXPECT_EQ(next(3ms).due, Instant(5ms));
  EXPECT_EQ(next(10ms).due, Instant(11ms));
  Impairer none({.rate = 1'000'000, .queue = 0}, 1, "way");
  EXPECT_EQ(none.next(125, Instant(0ns)).due, Instant(1ms));
  EXPECT_EQ(none.next(125, Instant(0ns)).loss, Fate::Loss::queue_full);
  EXPECT_EQ(none.next(125, Instant(1ms)).due, Instant(2ms));
}

TEST(Impairment, a_lost_packet_takes_no_place_and_no_time) {
  Impairer impairer({.loss = Share::each_of(2), .rate = 1'000'000}, 1, "way");
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(1ms));
  EXPECT_TRUE(is_lost(impairer.next(125, Instant(0ns))));
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(2ms));
}

TEST(Impairment, another_queue_or_rate_counts_at_once) {
  Impairer impairer({.rate = 1'000'000, .queue = 0}, 1, "way");
  EXPECT_EQ(impairer.next(125, Instant(0ns)).due, Instant(1ms));
  impairer.change({.rate = 1'000'000, .queue = 1});
  EXPECT_EQ(impairer.next(125, Instant(0ns)).loss, Fate::Loss::none);
  impairer.change({});
  EXPECT_EQ(impairer.next(125, Instant(5s)).due, Instant(5s));
}

TEST(Impairment, a_reordered_packet_is_overtaken_by_those_of_the_next_10_ms) {
  Impairer impairer({.reorder = Share::each_of(2), .delay = 3ms}, 1, "way");
  EXPECT_EQ(impairer.next(octets, Instant(0ns)).due, Instant(3ms));
  const Fate late = impairer.next(octets, Instant(1ms));
  EXPECT_EQ(late.due, Instant(4ms) + 10ms);
  EXPECT_EQ(late.copy_due, Instant(4ms)) << "its double is on time";
  EXPECT_EQ(impairer.next(octets, Instant(2ms)).due, Instant(5ms)) << "who follows does not wait for it";
}

// ---- bits ----

TEST(Impairment, one_bit_is_turned_over) {
  const std::vector<std::uint8_t> zeros(7, 0);
  std::set<std::vector<std::uint8_t>> seen;
  for (std::uint64_t number = 0; number < 56; ++number) {
    auto packet = zeros;
    flip_a_bit(packet, number);
    int bits = 0;
    for (const std::uint8_t octet : packet) bits += std::popcount(octet);
    EXPECT_EQ(bits, 1);
    seen.insert(packet);
    flip_a_bit(packet, number + 56);
    EXPECT_EQ(packet, zeros) << "the same one again";
  }
  EXPECT_THAT(seen, SizeIs(56)) << "each of them can be";
  flip_a_bit({}, 5);
}

TEST(Impairment, not_always_the_same_bit) {
  std::set<std::uint64_t> bits;
  for (const Fate& fate : fates({.corrupt = 1}, 500)) bits.insert(*fate.corrupted % (octets * 8));
  EXPECT_GT(bits.size(), 300U);
}

}  // namespace
}  // namespace tunstack::test::impairment_test
