// Whom a capture is about.
#include "tunstack/capture/host_guess.hpp"

#include <gmock/gmock.h>

#include "tests/support/frames.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::host_guess_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts(const GuessedHost& host) {
  std::vector<std::string> all;
  for (const IpPrefix& address : host.addresses) all.push_back(to_text(address));
  return all;
}

HostGuess seen(const std::vector<Packet>& packets, LinkType type = LinkType::raw_ip) {
  HostGuess guess(type);
  for (const Packet& packet : packets) guess.see(packet);
  return guess;
}

TEST(HostGuess, it_is_who_is_asked_not_who_answers_longest) {
  const Packet ask = echo4({.source = "198.51.100.9", .destination = "198.51.100.7"});
  const Packet answer = echo4({.source = "198.51.100.7", .destination = "198.51.100.9"});
  const Packet elsewhere = echo4({.source = "198.51.100.9", .destination = "203.0.113.1"});
  EXPECT_THAT(texts(seen({ask, answer, answer, answer, ask, elsewhere}).host()), ElementsAre("198.51.100.7/24"));
}

TEST(HostGuess, one_address_of_each_family) {
  EXPECT_THAT(texts(seen({echo6(), echo4(), echo4()}).host()), ElementsAre("192.0.2.2/24", "2001:db8::2/64"));
}

TEST(HostGuess, who_asks_is_a_neighbor) {
  const Packet far = echo4({.source = "198.51.100.9", .destination = "198.51.0.7"});
  EXPECT_THAT(texts(seen({far}).host()), ElementsAre("198.51.0.7/17"));
  const Packet last = echo4({.source = "198.51.100.9", .destination = "198.51.100.255"});
  EXPECT_THAT(texts(seen({last}).host()), ElementsAre("198.51.100.255/23")) << "the last of a /24 is no host";
}

TEST(HostGuess, groups_broken_packets_and_nothing_at_all) {
  const Packet group = echo4({.source = "198.51.100.9", .destination = "224.0.0.1"});
  const Packet nobody = echo4({.source = "0.0.0.0", .destination = "192.0.2.2"});
  EXPECT_THAT(texts(seen({group, nobody, hex("45"), hex("60"), hex("")}).host()), IsEmpty());
}

TEST(HostGuess, frames_tell_the_station) {
  const GuessedHost host = seen({framed(echo4()), framed(echo6())}, LinkType::ethernet).host();
  EXPECT_THAT(texts(host), testing::UnorderedElementsAre("192.0.2.2/24", "2001:db8::2/64"));
  EXPECT_EQ(host.mac, mac_address(own_mac));
}

TEST(HostGuess, another_station_has_the_other_family) {
  Packet other = framed(echo6());
  other[5] ^= 1;
  EXPECT_THAT(texts(seen({framed(echo4()), framed(echo4()), other}, LinkType::ethernet).host()),
              ElementsAre("192.0.2.2/24"));
}

}  // namespace
}  // namespace tunstack::test::host_guess_test
