// What strangers can make a host keep of datagrams that never complete (V4-FRAG-018).
#include "tests/conformance/ipv4/fragments.hpp"

namespace tunstack::test::ipv4_reassembly_limit_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

const Packet payload = echo_request(noise(40));

std::string host_number(unsigned number) {
  return "10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256);
}
Packet first_of(std::string_view source, unsigned identification) {
  return fragment({.source = source, .identification = identification}, payload, 0, 24);
}
Packet rest_of(std::string_view source, unsigned identification) {
  return fragment({.source = source, .identification = identification}, payload, 24, 48);
}

TEST(Ipv4ReassemblyLimit, V4_FRAG_018_the_oldest_datagram_makes_room) {
  FragmentLine line({"ip4.frag.datagrams=8"});
  for (unsigned i = 0; i < 10; ++i) EXPECT_THAT(line.send(first_of(host_number(i), 1)), IsEmpty()) << "no error";
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 2U);
  for (unsigned i = 2; i < 10; ++i) expect_message(line.send(rest_of(host_number(i), 1)), echo_reply(noise(40)));
  for (unsigned i = 0; i < 2; ++i) EXPECT_THAT(line.send(rest_of(host_number(i), 1)), IsEmpty()) << "was given up";
  expect_alive(line);
}

// Age counts from the first fragment that arrived, not from the last.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_a_new_fragment_does_not_make_a_datagram_younger) {
  FragmentLine line({"ip4.frag.datagrams=2"});
  const Packet middle = fragment({.source = "10.0.0.1", .identification = 1}, payload, 24, 32);
  line.send({first_of("10.0.0.1", 1), first_of("10.0.0.2", 1), middle, first_of("10.0.0.3", 1)});
  EXPECT_THAT(line.send(rest_of("10.0.0.2", 1)), SizeIs(1));
  EXPECT_THAT(line.send(fragment({.source = "10.0.0.1", .identification = 1}, payload, 32, 48)), IsEmpty());
}

TEST(Ipv4ReassemblyLimit, V4_FRAG_018_64_datagrams_of_one_source) {
  FragmentLine line;
  line.send(first_of("10.0.0.1", 1));
  for (unsigned id = 0; id < 65; ++id) EXPECT_THAT(line.send(first_of("10.9.9.9", id)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  EXPECT_THAT(line.send(rest_of("10.0.0.1", 1)), SizeIs(1)) << "that of another source is older, and stays";
  for (unsigned id = 1; id < 65; ++id) EXPECT_THAT(line.send(rest_of("10.9.9.9", id)), SizeIs(1)) << id;
  EXPECT_THAT(line.send(rest_of("10.9.9.9", 0)), IsEmpty()) << "its own oldest made room";
}

// With memory enough: each takes two blocks of 2048 octets at least.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_1024_datagrams) {
  FragmentLine line({"ip4.frag.memory=8192"});
  for (unsigned i = 0; i < 1024; ++i) line.send(first_of(host_number(i / 32), i % 32));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 0U);
  line.send(first_of("10.9.9.9", 1));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U);
  for (unsigned i = 1; i < 1024; ++i) ASSERT_THAT(line.send(rest_of(host_number(i / 32), i % 32)), SizeIs(1)) << i;
  EXPECT_THAT(line.send(rest_of("10.9.9.9", 1)), SizeIs(1));
  EXPECT_THAT(line.send(rest_of(host_number(0), 0)), IsEmpty());
}

TEST(Ipv4ReassemblyLimit, V4_FRAG_018_no_error_about_evicted_datagrams_later) {
  FragmentLine line({"ip4.frag.datagrams=1"});
  line.send({first_of("10.0.0.1", 1), first_of("10.0.0.2", 1)});
  const Packets sent = line.wait(std::chrono::minutes(5));
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(destination_of(sent[0]), "10.0.0.2");
}

/// All but the last octets of the largest datagram: 32 of its blocks of 2048 octets.
Packets nearly_all(std::string_view source) {
  Packets parts = fragments({.source = source}, echo_request(noise(65507)), 8000);
  parts.pop_back();
  return parts;
}
Packet the_rest(std::string_view source) {
  return fragments({.source = source}, echo_request(noise(65507)), 8000).back();
}

// 256 KiB hold three of them, and not four with what a fragment may need.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_memory_runs_out) {
  FragmentLine line({"ip4.frag.memory=256"});
  for (const char* source : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"})
    EXPECT_THAT(line.send(nearly_all(source)), IsEmpty());
  const std::uint64_t evicted = line.count(Reason::fragment_datagram_evicted);
  EXPECT_GE(evicted, 1U);
  EXPECT_LE(evicted, 2U);
  EXPECT_EQ(line.count(Reason::fragment_pool_exhausted), 0U);
  for (const char* source : {"10.0.0.5", "10.0.0.4", "10.0.0.3"})
    EXPECT_EQ(from(joined(line.send(the_rest(source))), 20), echo_reply(noise(65507))) << source;
  EXPECT_THAT(line.send(the_rest("10.0.0.1")), IsEmpty()) << "the oldest made room";
}

// A fragment of 8 octets takes 2048 of the memory: it gets them while they are free, and at the cost of nobody.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_few_octets_push_nobody_out) {
  FragmentLine line({"ip4.frag.memory=256"});
  for (const char* source : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) line.send(nearly_all(source));
  for (unsigned i = 0; i < 500; ++i)
    for (const std::size_t at : {std::size_t{0}, std::size_t{30000}})
      EXPECT_THAT(line.send(fragment({.source = host_number(1000 + i)}, noise(60000), at, at + 8)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 0U);
  EXPECT_GT(line.count(Reason::fragment_pool_exhausted), 400U);
  for (const char* source : {"10.0.0.1", "10.0.0.2", "10.0.0.3"})
    EXPECT_EQ(from(joined(line.send(the_rest(source))), 20), echo_reply(noise(65507))) << source;
}

// Those that fill it with next to nothing give way.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_few_octets_keep_nobody_out) {
  FragmentLine line({"ip4.frag.memory=256"});
  for (unsigned i = 0; i < 500; ++i) line.send(fragment({.source = host_number(i)}, noise(60000), 30000, 30008));
  EXPECT_THAT(line.send(fragments({}, echo_request(noise(65507)), 1480)), SizeIs(45));
  EXPECT_THAT(line.send(fragments({}, echo_request(noise(500)), 256)), SizeIs(1)) << "small ones too";
}

// What is refused is nothing that others would have to wait for.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_refused_datagrams_among_others) {
  FragmentLine line({"ip4.frag.memory=256"});
  for (unsigned i = 0; i < 900; ++i) {
    const std::string source = host_number(i);
    const Ipv4Fields from_one{.source = source};
    line.send({fragment(from_one, noise(48), 0, 16), fragment(from_one, noise(48, 2), 0, 16)});
  }
  EXPECT_EQ(line.count(Reason::fragment_overlaps), 900U);
  for (const char* source : {"10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4"}) line.send(nearly_all(source));
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 1U) << "the first of the large ones";
  EXPECT_THAT(line.send(rest_of(host_number(0), 1)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 0U) << "another identification";
  EXPECT_THAT(line.send(fragment({.source = host_number(0)}, noise(48), 16, 48)), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_of_refused_datagram), 1U) << "they are known all the while";
}

// No option makes the memory as small as that, but who makes a node may: one datagram alone fills it.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_a_datagram_larger_than_all_memory_is_given_up) {
  NodeConfig config = node_with({{"192.0.2.2/24"}});
  config.options.reassembly4.kibioctets = 16;
  FragmentLine line(config);
  EXPECT_THAT(line.send(nearly_all("10.0.0.1")), IsEmpty());
  EXPECT_EQ(line.count(Reason::fragment_pool_exhausted), 1U);
  EXPECT_THAT(line.send(the_rest("10.0.0.1")), IsEmpty());
  EXPECT_THAT(line.send(fragments({}, echo_request(noise(2000)), 1000)), SizeIs(2)) << "its memory is free again";
}

// What is complete, refused or over gives its memory back: much more than there is passes through.
TEST(Ipv4ReassemblyLimit, V4_FRAG_018_memory_comes_back) {
  FragmentLine line({"ip4.frag.memory=256", "icmp4.error_rate=0"});
  for (unsigned round = 0; round < 40; ++round) {
    EXPECT_THAT(line.send(nearly_all("10.0.0.1")), IsEmpty());
    switch (round % 3) {
      case 0:
        EXPECT_THAT(line.send(the_rest("10.0.0.1")), SizeIs(45)) << round;
        break;
      case 1:
        EXPECT_THAT(line.wait(std::chrono::seconds(60)), SizeIs(1)) << round;
        break;
      default:
        EXPECT_THAT(line.send(fragment({.source = "10.0.0.1"}, noise(65507, 2), 0, 8000)), IsEmpty());
        EXPECT_EQ(line.count(Reason::fragment_overlaps), round / 3 + 1);
        EXPECT_THAT(line.wait(std::chrono::seconds(60)), IsEmpty()) << round;
    }
  }
  EXPECT_EQ(line.count(Reason::fragment_datagram_evicted), 0U);
}

}  // namespace
}  // namespace tunstack::test::ipv4_reassembly_limit_test
