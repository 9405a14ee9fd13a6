// The neighbor cache: what it holds, whom it evicts, and when something is due.
#include "protocols/discovery/neighbors/neighbor_cache.hpp"

#include <random>
#include <set>

#include "tests/support/frames.hpp"

namespace tunstack::test::neighbor_cache_test {
namespace {

using namespace discovery;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const MacAddress peer = mac_address(peer_mac), other = mac_address(other_mac);

NeighborKey key(unsigned number, std::uint8_t interface = 0) {
  Ipv6Address address{{0x20, 0x01, 0x0d, 0xb8}};
  store_be32(address.octets, 12, number);
  return {InterfaceId{interface}, address};
}
NeighborKey key4(unsigned number) { return {InterfaceId{0}, Ipv4Address{0x0a000000 + number}}; }

/// A cache with a clock and the times of RFC 4861 10.
class Cache {
 public:
  explicit Cache(const NeighborLimits& limits = {.neighbors = 16, .waiting = 8, .largest_packet = 100})
      : cache(limits, random_) {}

  std::optional<MacAddress> use(const NeighborKey& k, const IpAddress& from = {}) {
    const auto mac = cache.use(k, from, times, now);
    return mac ? std::optional(*mac) : std::nullopt;
  }
  /// A datagram of one packet, or of several.
  bool keep(const NeighborKey& k, const Packet& packet, std::size_t fragments = 1) {
    return cache.keep(k, std::vector<OutgoingPacket>(fragments, {.interface = k.interface, .bytes = packet}));
  }
  void on_source_link_layer_address(const NeighborKey& k, const MacAddress& mac = peer) {
    cache.on_source_link_layer_address(k, mac, times, now);
  }
  bool answer(const NeighborKey& k, std::optional<MacAddress> mac = peer) {
    return cache.on_advertisement({.key = k, .mac = mac, .solicited = true}, times, now);
  }
  /// It was asked for, and has answered.
  void learn(const NeighborKey& k) {
    use(k);
    EXPECT_TRUE(answer(k));
  }
  NeighborState state(const NeighborKey& k) const { return cache.state_of(k, now); }
  std::vector<NeighborCache::Step> steps() {
    std::vector<NeighborCache::Step> all;
    while (auto step = cache.step(now, [&](const NeighborKey&) { return times; })) all.push_back(*step);
    return all;
  }
  /// All keys, each of them found.
  std::size_t count() {
    std::vector<NeighborKey> seen;
    cache.for_each([&](const Neighbor& n) {
      EXPECT_EQ(cache.find(n.key), &n);
      EXPECT_EQ(std::ranges::count(seen, n.key), 0) << "twice";
      seen.push_back(n.key);
    });
    EXPECT_EQ(seen.size(), cache.size());
    return seen.size();
  }

 private:
  Random random_{1};

 public:
  NeighborCache cache;
  NeighborTimes times;
  Instant now;
};

// ---- keys ----

TEST(NeighborCache, ND_GEN_009_each_part_of_a_key_counts) {
  Cache c;
  const std::vector<NeighborKey> keys{key(1),  key(2),  key(1, 1),
                                      key4(1), key4(2), {InterfaceId{1}, Ipv4Address{0x0a000001}}};
  for (const NeighborKey& k : keys) {
    EXPECT_EQ(c.cache.find(k), nullptr);
    c.on_source_link_layer_address(k);
    EXPECT_NE(c.cache.find(k), nullptr);
  }
  EXPECT_EQ(c.count(), keys.size());
  c.cache.forget(keys[0]);
  c.cache.forget(keys[0]);
  EXPECT_EQ(c.cache.find(keys[0]), nullptr);
  EXPECT_EQ(c.count(), keys.size() - 1);
  EXPECT_EQ(c.cache.evicted(), 0U);
}

// ---- using and answering ----

TEST(NeighborCache, ND_NS_008_asks_three_times) {
  Cache c;
  EXPECT_FALSE(c.use(key(1)));
  EXPECT_EQ(c.cache.next_deadline(), c.now) << "at once";
  for (int i = 0; i < 3; ++i) {
    const auto steps = c.steps();
    ASSERT_EQ(steps.size(), 1U) << i;
    ASSERT_TRUE(steps[0].solicitation);
    EXPECT_EQ(steps[0].solicitation->target, key(1));
    EXPECT_FALSE(steps[0].solicitation->to) << "to its group";
    EXPECT_FALSE(steps[0].failed);
    EXPECT_THAT(c.steps(), IsEmpty());
    EXPECT_EQ(c.cache.next_deadline(), c.now + 1s);
    c.use(key(1));
    EXPECT_EQ(c.cache.next_deadline(), c.now + 1s) << "more packets do not make it sooner";
    c.now += 999ms;
    EXPECT_THAT(c.steps(), IsEmpty());
    c.now += 1ms;
  }
  const auto steps = c.steps();
  ASSERT_EQ(steps.size(), 1U);
  EXPECT_TRUE(steps[0].failed);
  EXPECT_FALSE(steps[0].solicitation);
  EXPECT_EQ(c.state(key(1)), NeighborState::failed);
  EXPECT_EQ(c.cache.next_deadline(), Instant::max());
}

TEST(NeighborCache, ND_NUD_003_probes_three_times) {
  Cache c;
  c.on_source_link_layer_address(key(1));
  EXPECT_EQ(c.cache.next_deadline(), Instant::max());
  EXPECT_EQ(c.use(key(1)), peer);
  EXPECT_EQ(c.cache.next_deadline(), c.now + 5s);
  c.now += 5s;
  for (int i = 0; i < 3; ++i) {
    const auto steps = c.steps();
    ASSERT_EQ(steps.size(), 1U);
    ASSERT_TRUE(steps[0].solicitation);
    EXPECT_EQ(steps[0].solicitation->to, peer);
    EXPECT_EQ(c.use(key(1)), peer) << "it is used on";
    c.now += 1s;
  }
  EXPECT_TRUE(c.steps().at(0).failed);
  EXPECT_FALSE(c.use(key(1))) << "and asked for anew";
  EXPECT_EQ(c.state(key(1)), NeighborState::incomplete);
}

TEST(NeighborCache, ND_NUD_001_reachable_ends_without_a_timer) {
  Cache c;
  c.learn(key(1));
  c.steps();
  EXPECT_EQ(c.cache.next_deadline(), Instant::max());
  c.now += 14999ms;
  EXPECT_EQ(c.state(key(1)), NeighborState::reachable);
  c.now = Instant{} + 45s;
  EXPECT_EQ(c.state(key(1)), NeighborState::stale);
  EXPECT_EQ(c.use(key(1)), peer);
  EXPECT_EQ(c.state(key(1)), NeighborState::delay);
}

TEST(NeighborCache, ND_NUD_001_to_the_instant) {
  Cache c;
  c.learn(key(1));
  const Instant end = c.cache.find(key(1))->deadline;
  c.now = end - 1ns;
  EXPECT_EQ(c.state(key(1)), NeighborState::reachable);
  c.now = end;
  EXPECT_EQ(c.state(key(1)), NeighborState::stale);
  c.use(key(1));
  EXPECT_EQ(c.state(key(1)), NeighborState::delay) << "and whoever uses it sees it so";
}

// What has ended is stale to news too: they do not hit an entry that only looks reachable.
TEST(NeighborCache, ND_NUD_001_news_of_one_whose_time_is_over) {
  Cache c;
  c.learn(key(1));
  c.now += 45s;
  EXPECT_TRUE(c.answer(key(1)));
  c.now += 14s;
  EXPECT_EQ(c.state(key(1)), NeighborState::reachable) << "from now on";
}

TEST(NeighborCache, ND_NUD_001_answers_make_it_longer) {
  Cache c;
  c.learn(key(1));
  for (int i = 0; i < 10; ++i) {
    c.now += 14s;
    EXPECT_TRUE(c.answer(key(1)));
    EXPECT_EQ(c.state(key(1)), NeighborState::reachable);
  }
}

TEST(NeighborCache, ND_NUD_005_progress_of_an_upper_layer_confirms) {
  struct Row {
    NeighborState state;
    Duration after;  // the packet
  };
  for (const Row& row : {Row{NeighborState::delay, 1s}, Row{NeighborState::probe, 5s}}) {
    Cache c;
    c.on_source_link_layer_address(key(1));
    c.use(key(1));
    c.now += row.after;
    c.steps();
    ASSERT_EQ(c.state(key(1)), row.state);
    c.cache.confirm(key(1), c.times, c.now);
    EXPECT_EQ(c.state(key(1)), NeighborState::reachable);
    c.now += 14s;
    EXPECT_THAT(c.steps(), IsEmpty()) << "no probes";
  }
  Cache c;
  c.cache.confirm(key(1), c.times, c.now);
  EXPECT_EQ(c.count(), 0U) << "of nobody";
  c.use(key(1));
  c.cache.confirm(key(1), c.times, c.now);
  EXPECT_EQ(c.state(key(1)), NeighborState::incomplete) << "its address is not known by that";
}

TEST(NeighborCache, ND_NA_006_news_of_unknown_and_failed_neighbors) {
  Cache c;
  EXPECT_FALSE(c.answer(key(1)));
  EXPECT_EQ(c.count(), 0U);
  c.use(key(1));
  EXPECT_FALSE(c.answer(key(1), std::nullopt)) << "no address";
  for (int i = 0; i < 4; ++i, c.now += 1s) c.steps();
  ASSERT_EQ(c.state(key(1)), NeighborState::failed);
  EXPECT_FALSE(
      c.cache.on_advertisement({.key = key(1), .mac = peer, .solicited = true, .is_router = true}, c.times, c.now));
  EXPECT_EQ(c.state(key(1)), NeighborState::failed);
  EXPECT_FALSE(c.cache.find(key(1))->is_router);
  c.on_source_link_layer_address(key(1));
  EXPECT_EQ(c.state(key(1)), NeighborState::stale) << "but it may say itself where it is";
}

TEST(NeighborCache, ND_NS_004_the_address_that_is_mentioned) {
  Cache c;
  c.learn(key(1));
  c.on_source_link_layer_address(key(1), peer);
  EXPECT_EQ(c.state(key(1)), NeighborState::reachable);
  c.on_source_link_layer_address(key(1), other);
  EXPECT_EQ(c.state(key(1)), NeighborState::stale);
  EXPECT_EQ(c.cache.find(key(1))->mac, other);
}

TEST(NeighborCache, ND_NA_007_routers) {
  Cache c;
  c.cache.set_router(key(1), true);
  EXPECT_EQ(c.count(), 0U);
  c.use(key(1));
  EXPECT_TRUE(c.cache.on_advertisement({.key = key(1), .mac = peer, .is_router = true}, c.times, c.now));
  EXPECT_TRUE(c.cache.find(key(1))->is_router);
  EXPECT_TRUE(c.answer(key(1)));
  EXPECT_TRUE(c.cache.find(key(1))->is_router) << "ARP says nothing of it";
  c.cache.set_router(key(1), false);
  EXPECT_FALSE(c.cache.find(key(1))->is_router);
}

// ---- waiting ----

TEST(NeighborCache, ND_NS_009_what_waits) {
  Cache c;
  EXPECT_FALSE(c.keep(key(1), counting(5))) << "for nobody";
  c.use(key(1));
  EXPECT_FALSE(c.cache.first_waiting(key(1)));
  EXPECT_TRUE(c.keep(key(1), counting(5)));
  EXPECT_TRUE(c.keep(key(1), counting(6)));
  EXPECT_EQ(c.cache.first_waiting(key(1))->bytes.size(), 5U);
  c.cache.remove_waiting(key(1));
  EXPECT_EQ(c.cache.first_waiting(key(1))->bytes.size(), 6U);
  c.cache.remove_waiting(key(1));
  EXPECT_FALSE(c.cache.first_waiting(key(1)));
  EXPECT_FALSE(c.cache.first_waiting(key(2)));
}

TEST(NeighborCache, ND_NS_009_the_newest_finds_room_whoever_else_waits) {
  Cache c;
  for (unsigned i = 1; i <= 8; ++i) {
    c.use(key(i));
    EXPECT_TRUE(c.keep(key(i), counting(i)));
  }
  c.use(key(9));
  EXPECT_FALSE(c.keep(key(9), counting(9))) << "one is lost";
  EXPECT_FALSE(c.cache.first_waiting(key(1))) << "the oldest";
  for (unsigned i = 2; i <= 9; ++i) EXPECT_EQ(c.cache.first_waiting(key(i))->bytes.size(), i);
}

TEST(NeighborCache, ND_NS_009_a_full_queue_takes_from_itself) {
  Cache c;
  c.use(key(1));
  for (unsigned i = 1; i <= 3; ++i) EXPECT_TRUE(c.keep(key(1), counting(i)));
  for (unsigned i = 2; i <= 6; ++i) {
    c.use(key(i));
    EXPECT_TRUE(c.keep(key(i), counting(10)));
  }
  c.use(key(1));
  EXPECT_FALSE(c.keep(key(1), counting(4)));
  EXPECT_EQ(c.cache.first_waiting(key(1))->bytes.size(), 2U);
  for (unsigned i = 2; i <= 6; ++i) EXPECT_TRUE(c.cache.first_waiting(key(i))) << "others lose nothing";
}

TEST(NeighborCache, ND_GEN_009_the_places_of_the_evicted_come_back) {
  Cache c;
  for (unsigned i = 0; i < 1000; ++i) {
    c.use(key(i));
    c.keep(key(i), counting(1));
    EXPECT_TRUE(c.cache.first_waiting(key(i))) << i;
    if (i % 3 == 0) c.cache.forget(key(i));
    if (i % 5 != 0) continue;
    c.learn(key(i));
    while (c.cache.first_waiting(key(i))) c.cache.remove_waiting(key(i));
  }
  for (unsigned i = 0; i < 1000; ++i) c.cache.forget(key(i));
  EXPECT_EQ(c.count(), 0U);
  for (unsigned i = 0; i < 8; ++i) {
    c.use(key(i));
    EXPECT_TRUE(c.keep(key(i), counting(1))) << "all are free again";
  }
  c.use(key(8));
  EXPECT_FALSE(c.keep(key(8), counting(1)));
}

// The fragments of a datagram wait together, and are lost together.
TEST(NeighborCache, ND_NS_009_a_datagram_has_one_place) {
  Cache c({.neighbors = 16, .waiting = 12, .largest_packet = 100});
  c.use(key(1));
  for (unsigned i = 1; i <= 3; ++i) EXPECT_TRUE(c.keep(key(1), counting(i), 4));
  EXPECT_EQ(c.cache.find(key(1))->waiting.size, 12U);
  EXPECT_FALSE(c.keep(key(1), counting(4))) << "the fourth";
  EXPECT_EQ(c.cache.find(key(1))->waiting.size, 9U) << "all four of the first are gone";
  EXPECT_EQ(c.cache.first_waiting(key(1))->bytes.size(), 2U);
  EXPECT_FALSE(c.keep(key(1), counting(5), 13)) << "more than there is room for";
  EXPECT_FALSE(c.keep(key(1), counting(101), 1)) << "larger than a place";
  EXPECT_EQ(c.cache.find(key(1))->waiting.size, 9U) << "for which nothing is given up";
  EXPECT_FALSE(c.keep(key(1), counting(6), 12)) << "which takes all";
  EXPECT_EQ(c.cache.find(key(1))->waiting.datagrams, 1U);
  c.use(key(2));
  EXPECT_FALSE(c.keep(key(2), counting(7)));
  EXPECT_FALSE(c.cache.first_waiting(key(1))) << "whole";
  EXPECT_TRUE(c.keep(key(2), counting(8), 11)) << "its places are free again";
}

TEST(NeighborCache, ND_GEN_009_a_neighbor_has_its_share_of_octets) {
  Cache c({.neighbors = 16, .waiting = 300, .largest_packet = 1500});
  c.use(key(1));
  EXPECT_TRUE(c.keep(key(1), counting(1024), 64));
  EXPECT_TRUE(c.keep(key(1), counting(1024), 64)) << "128 KiB";
  EXPECT_FALSE(c.keep(key(1), counting(1)));
  EXPECT_EQ(c.cache.find(key(1))->waiting.octets, 65537U);
  EXPECT_FALSE(c.keep(key(1), counting(1025), 128)) << "never";
  EXPECT_EQ(c.cache.find(key(1))->waiting.octets, 65537U);
}

// The one that nothing new came for longest loses its oldest.
TEST(NeighborCache, ND_NS_009_who_loses_what_waits) {
  Cache c;
  for (unsigned i = 1; i <= 4; ++i) {
    c.use(key(i));
    EXPECT_TRUE(c.keep(key(i), counting(1)));
  }
  for (unsigned i = 1; i <= 4; ++i) EXPECT_TRUE(c.keep(key(i), counting(2)));
  EXPECT_FALSE(c.keep(key(1), counting(3)));
  EXPECT_EQ(c.cache.first_waiting(key(2))->bytes.size(), 2U);
  for (unsigned i : {1U, 3U, 4U}) EXPECT_EQ(c.cache.first_waiting(key(i))->bytes.size(), 1U) << i;
  EXPECT_FALSE(c.keep(key(4), counting(3)));
  EXPECT_FALSE(c.cache.first_waiting(key(2)));
  EXPECT_FALSE(c.keep(key(3), counting(3)));
  EXPECT_EQ(c.cache.first_waiting(key(1))->bytes.size(), 2U);
}

// ---- asking ----

TEST(NeighborCache, ND_NS_007_the_question_names_the_source_of_the_last_packet) {
  const IpAddress first = key(101).address, last = key(102).address;
  Cache c;
  c.use(key(1), first);
  EXPECT_EQ(c.steps().at(0).solicitation->from, first);
  c.use(key(1), last);
  c.now += 1s;
  EXPECT_EQ(c.steps().at(0).solicitation->from, last);
  c.on_source_link_layer_address(key(2));
  c.use(key(2), last);
  c.now += 5s;
  for (const auto& step : c.steps())
    if (step.key == key(2)) {
      EXPECT_EQ(step.solicitation->from, last) << "a probe";
    }
}

TEST(NeighborCache, ND_GEN_009_who_must_not_be_asked_for) {
  Cache c;
  const auto use = [&](unsigned number) { return c.cache.use(key(number), {}, c.times, c.now, false); };
  EXPECT_EQ(use(1), std::unexpected(Unresolved::not_to_be_asked_for));
  EXPECT_EQ(c.count(), 0U) << "no entry is made";
  c.use(key(1));
  EXPECT_EQ(use(1), std::unexpected(Unresolved::asked_for)) << "it is asked already";
  c.answer(key(1));
  EXPECT_EQ(use(1), peer);
  c.use(key(2));
  for (int i = 0; i < 4; ++i, c.now += 1s) c.steps();
  ASSERT_EQ(c.state(key(2)), NeighborState::failed);
  EXPECT_EQ(use(2), std::unexpected(Unresolved::not_to_be_asked_for)) << "anew";
  EXPECT_EQ(c.state(key(2)), NeighborState::failed);
}

// ---- eviction ----

TEST(NeighborCache, ND_GEN_009_who_is_evicted_first) {
  Cache c;
  for (unsigned i = 0; i < 4; ++i) {
    c.learn(key(i));                               // in use, confirmed
    c.on_source_link_layer_address(key(100 + i));  // stale
    c.use(key(200 + i));                           // incomplete
    c.on_source_link_layer_address(key(300 + i));
    c.use(key(300 + i));  // in use, but it has never answered
  }
  ASSERT_EQ(c.count(), 16U);
  std::vector<unsigned> order;
  const auto evict = [&] {
    std::set<unsigned> before;
    c.cache.for_each([&](const Neighbor& n) { before.insert(load_be32(n.key.address.ipv6().octets, 12)); });
    c.learn(key(1000 + static_cast<unsigned>(order.size())));
    for (const unsigned number : before)
      if (c.cache.find(key(number)) == nullptr) order.push_back(number);
  };
  for (int i = 0; i < 16; ++i) evict();
  EXPECT_THAT(order, ElementsAre(200, 201, 202, 203, 100, 300, 101, 301, 102, 302, 103, 303, 0, 1, 2, 3));
  EXPECT_EQ(c.cache.evicted(), 16U);
}

// Even if it has answered, and was heard of last.
TEST(NeighborCache, ND_GEN_009_a_stale_one_goes_before_those_in_use) {
  Cache c;
  for (unsigned i = 0; i < 16; ++i) c.learn(key(i));
  c.on_source_link_layer_address(key(15), other);
  ASSERT_EQ(c.state(key(15)), NeighborState::stale);
  c.learn(key(100));
  EXPECT_EQ(c.cache.find(key(15)), nullptr);
  EXPECT_NE(c.cache.find(key(0)), nullptr);
}

TEST(NeighborCache, ND_GEN_009_failed_ones_go_first_too) {
  Cache c;
  for (unsigned i = 0; i < 8; ++i) c.use(key(i));
  for (int i = 0; i < 4; ++i, c.now += 1s) c.steps();
  for (unsigned i = 8; i < 16; ++i) c.on_source_link_layer_address(key(i));
  c.on_source_link_layer_address(key(16));
  EXPECT_EQ(c.count(), 16U);
  EXPECT_EQ(c.state(key(0)), NeighborState::none);
  for (unsigned i = 8; i <= 16; ++i) EXPECT_EQ(c.state(key(i)), NeighborState::stale);
}

TEST(NeighborCache, ND_GEN_009_what_is_used_stays) {
  Cache c;
  for (unsigned i = 0; i < 16; ++i) c.learn(key(i));
  for (unsigned i = 0; i < 100; ++i) {
    c.use(key(3));
    c.learn(key(100 + i));
    EXPECT_NE(c.cache.find(key(3)), nullptr) << i;
  }
  EXPECT_EQ(c.count(), 16U);
}

// One that has to be asked for again counts as little as any other until it answers.
TEST(NeighborCache, ND_GEN_009_an_answer_of_long_ago_does_not_count) {
  Cache c;
  c.learn(key(1));
  c.now += 45s;
  c.use(key(1));
  c.now += 5s;
  for (int i = 0; i < 4; ++i, c.now += 1s) c.steps();
  ASSERT_EQ(c.state(key(1)), NeighborState::failed);
  c.on_source_link_layer_address(key(1));
  c.use(key(1));
  c.learn(key(2));
  for (unsigned i = 0; i < 15; ++i) {
    c.on_source_link_layer_address(key(100 + i));
    c.use(key(100 + i));
  }
  EXPECT_EQ(c.cache.find(key(1)), nullptr);
  EXPECT_NE(c.cache.find(key(2)), nullptr);
}

TEST(NeighborCache, ND_GEN_009_a_flood_of_keys) {
  Cache c({.neighbors = 64, .waiting = 32, .largest_packet = 100});
  std::mt19937 random(7);
  c.learn(key(1));
  for (unsigned i = 0; i < 20000; ++i) {
    const NeighborKey k = random() % 2 == 0 ? key(2 + static_cast<unsigned>(random()) % 5000)
                                            : key4(static_cast<unsigned>(random()) % 5000);
    switch (random() % 6) {
      case 0:
        c.on_source_link_layer_address(k, random() % 2 ? peer : other);
        break;
      case 1:
        c.cache.forget(k);
        break;
      case 2:
        c.steps();
        break;
      default:
        c.use(k);
        c.keep(k, counting(random() % 100));
    }
    c.now += std::chrono::milliseconds(random() % 3);
    if (i % 500 == 0) {
      EXPECT_LE(c.count(), 64U);
    }
  }
  EXPECT_EQ(c.count(), 64U);
  EXPECT_NE(c.cache.find(key(1)), nullptr);
}

TEST(NeighborCache, ND_GEN_009_the_largest_table) {
  Cache c({.neighbors = 65000, .waiting = 8, .largest_packet = 100});
  for (unsigned i = 0; i < 65000; ++i) c.on_source_link_layer_address(key(i));
  EXPECT_EQ(c.cache.size(), 65000U);
  EXPECT_EQ(c.cache.evicted(), 0U);
  for (unsigned i = 0; i < 65000; i += 97) ASSERT_NE(c.cache.find(key(i)), nullptr) << i;
  c.on_source_link_layer_address(key(70000));
  EXPECT_EQ(c.cache.find(key(0)), nullptr);
  EXPECT_EQ(c.cache.evicted(), 1U);
}

// ---- time ----

TEST(NeighborCache, ND_NUD_006_the_earliest_deadline) {
  Cache c;
  c.on_source_link_layer_address(key(1));
  c.use(key(1));  // in 5 s
  EXPECT_EQ(c.cache.next_deadline(), c.now + 5s);
  c.now += 1s;
  c.use(key(2));
  c.steps();  // in 1 s
  EXPECT_EQ(c.cache.next_deadline(), c.now + 1s);
  EXPECT_TRUE(c.answer(key(2)));
  c.now += 1s;
  EXPECT_THAT(c.steps(), IsEmpty()) << "it has answered";
  EXPECT_EQ(c.cache.next_deadline(), Instant{} + 5s);
  c.cache.forget(key(1));
  c.now = Instant{} + 5s;
  EXPECT_THAT(c.steps(), IsEmpty());
  EXPECT_EQ(c.cache.next_deadline(), Instant::max());
}

TEST(NeighborCache, ND_NS_008_several_are_due_at_once) {
  Cache c;
  for (unsigned i = 0; i < 5; ++i) c.use(key(i));
  std::set<unsigned> asked;
  for (const auto& step : c.steps()) asked.insert(load_be32(step.key.address.ipv6().octets, 12));
  EXPECT_EQ(asked.size(), 5U);
  EXPECT_EQ(c.cache.next_deadline(), c.now + 1s);
}

// The time of failing is kept: of several routers that fail, the first to do so is tried again first.
TEST(NeighborCache, V4_TX_013_since_when_it_has_failed) {
  Cache c;
  c.use(key(1));
  for (int i = 0; i < 4; ++i, c.now += 1s) c.steps();
  EXPECT_EQ(c.cache.find(key(1))->deadline, Instant{} + 3s);
  EXPECT_EQ(c.cache.next_deadline(), Instant::max());
}

}  // namespace
}  // namespace tunstack::test::neighbor_cache_test
