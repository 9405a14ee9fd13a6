// What is sent for a case, read by other code than made it: octets beside what docs/spec says of the stimulus.
#include "tunstack/firewall/case_packets.hpp"

#include <gmock/gmock.h>
#include <tins/tins.h>

#include <regex>
#include <set>

#include "tests/support/frames.hpp"
#include "tests/support/host.hpp"
#include "tests/tunstack/firewall/case_table.hpp"
#include "tunstack/notation/complete_line.hpp"

namespace tunstack::test::case_packets_test {
namespace {

using firewall::Case;
using firewall::catalogue;
using testing::HasSubstr;

std::vector<std::string> found_in(const std::string& text, const char* pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex(pattern))) return {};
  return {match.begin(), match.end()};
}

const std::set<std::string> wrong_checksums{"H4-Q-08X",  "H4-F-CSUM", "H6-F-CSUM", "H6-NDV-CSUM",
                                            "H4-T-CSUM", "H4-U-CSUM", "H4-M-CSUM", "H6-U-ZERO"};

TEST(CasePackets, every_case_is_built_in_its_family) {
  unsigned index = 0;
  for (const Case& a_case : catalogue())
    for (const Packet& packet : example_packets(a_case, index++)) {
      ASSERT_GE(packet.size(), 20U) << a_case.id;
      const int version = a_case.id == "H4-M-VER" ? 5 : a_case.family == Family::ipv4 ? 4 : 6;
      EXPECT_EQ(packet[0] >> 4, version) << a_case.id;
    }
}

TEST(CasePackets, messages_have_the_type_and_code_of_the_stimulus) {
  const std::set<std::string> groups{"icmp4-query",        "icmp4-error-related", "icmp4-error-forged",
                                     "icmp6-host",         "nd-validity",         "icmp6-error-related",
                                     "icmp6-error-forged", "router-icmp6",        "router-icmp4"};
  std::size_t count = 0;
  for (const CsvRow& row : measured_cases()) {
    if (!groups.contains(row.at("group"))) continue;
    auto said = found_in(row.at("stimulus"), "type (\\d+)(?: code (\\d+))?");
    if (said.empty()) said = found_in(row.at("stimulus"), "^(\\d+)(?:/(\\d+))?\\b");
    ASSERT_FALSE(said.empty()) << row.at("id");
    const Packet packet = example_packet(row.at("id"));
    const UpperPart upper = upper_part(packet);
    EXPECT_EQ(upper.protocol, row.at("family") == "4" ? 1U : 58U) << row.at("id");
    EXPECT_EQ(packet.at(upper.at), std::stoul(said[1])) << row.at("id");
    const unsigned long code = said[2].empty() ? packet.at(upper.at + 1) : std::stoul(said[2]);
    EXPECT_EQ(packet.at(upper.at + 1), code) << row.at("id");
    ++count;
  }
  EXPECT_GT(count, 180U);
}

TEST(CasePackets, values_of_the_stimulus_stand_in_their_fields) {
  std::map<std::string, std::size_t> seen;
  for (const CsvRow& row : measured_cases()) {
    const std::string& id = row.at("id");
    const std::string all = row.at("title") + "; " + row.at("stimulus");
    const Packet packet = example_packet(id);
    const UpperPart upper = upper_part(packet);
    const bool is_ipv4 = row.at("family") == "4";
    if (const auto limit = found_in(row.at("stimulus"), "hop limit (\\d+)"); !limit.empty() && !is_ipv4) {
      EXPECT_EQ(packet.at(7), std::stoul(limit[1])) << id;
      ++seen["hop limit"];
    }
    if (const auto mtu = found_in(all, "MTU (\\d+)"); !mtu.empty()) {
      EXPECT_EQ(be16(packet, upper.at + 6), std::stoul(mtu[1])) << id;
      ++seen["mtu"];
    }
    if (const auto options = found_in(all, "option bytes ([0-9a-f]+)"); !options.empty()) {
      const Packet octets = hex(options[1]);
      EXPECT_EQ(part(packet, 20, octets.size()), octets) << id;
      ++seen["options"];
    }
    if (const auto protocol = found_in(row.at("stimulus"), "^(?:protocol|next header) (\\d+)"); !protocol.empty()) {
      EXPECT_EQ(packet.at(is_ipv4 ? 9 : 6), std::stoul(protocol[1])) << id;
      ++seen["protocol"];
    }
  }
  EXPECT_GE(seen["hop limit"], 6U);
  EXPECT_GE(seen["mtu"], 5U);
  EXPECT_EQ(seen["options"], 11U);
  EXPECT_GE(seen["protocol"], 12U);
}

TEST(CasePackets, sources_that_cannot_be_are_those_of_the_stimulus) {
  std::size_t count = 0;
  for (const CsvRow& row : measured_cases()) {
    const auto said = found_in(row.at("stimulus"), "^echo request from (\\S+) to (\\S+)");
    if (said.empty()) continue;
    const Packet packet = example_packet(row.at("id"));
    const bool is_ipv4 = row.at("family") == "4";
    const std::string host = is_ipv4 ? "192.0.2.1" : "2001:db8:1::1";
    const Packet addresses = octets_of(said[1]) + octets_of(said[2] == "the" ? host : said[2]);
    EXPECT_EQ(part(packet, is_ipv4 ? 12 : 8, addresses.size()), addresses) << row.at("id");
    ++count;
  }
  EXPECT_EQ(count, 18U);
}

TEST(CasePackets, flags_and_ports_of_TCP_are_those_of_the_stimulus) {
  const std::string letters = "FSRPAU";
  std::size_t count = 0;
  for (const CsvRow& row : measured_cases()) {
    const auto said = found_in(row.at("stimulus"), "^TCP flags (\\S+) to port (\\d+)");
    if (said.empty() || row.at("flow") == "tcp") continue;
    unsigned flags = 0;
    for (const char letter : said[1] == "none" ? "" : said[1]) flags |= 1U << letters.find(letter);
    const Packet packet = example_packet(row.at("id"));
    const UpperPart upper = upper_part(packet);
    EXPECT_EQ(packet.at(upper.at + 13), flags) << row.at("id");
    EXPECT_EQ(be16(packet, upper.at + 2), std::stoul(said[2])) << row.at("id");
    ++count;
  }
  EXPECT_GE(count, 15U);
}

/// With the destination that ICMPv6 is summed with where a route of type 0, 2 or 4 goes on (RFC 8200 8.1).
Packet as_it_is_summed(Packet packet) {
  const bool has_route = packet.at(0) >> 4 == 6 && packet.at(6) == 43 && packet.at(43) != 0;
  if (!has_route || (packet.at(42) & 1) != 0) return packet;
  const std::size_t last = packet[42] == 4 ? 48 : upper_part(packet).at - 16;
  std::copy_n(packet.begin() + static_cast<std::ptrdiff_t>(last), 16, packet.begin() + 24);
  return packet;
}

TEST(CasePackets, checksums_are_right_unless_the_case_is_about_them) {
  // A wrong length makes what is summed wrong, an option without a length has no end, and ICMPv6 is not of IPv4.
  const std::set<std::string> not_summed{"H4-U-LEN", "H4-OP-ZLEN", "H4-P-58"};
  for (const Case& a_case : catalogue()) {
    if (wrong_checksums.contains(a_case.id)) {
      EXPECT_FALSE(checksums_are_right(example_packets(a_case).at(0))) << a_case.id;
      continue;
    }
    const bool is_whole = a_case.group != "fragments" && a_case.group != "malformed" && a_case.fragments.empty();
    if (!is_whole || not_summed.contains(a_case.id)) continue;
    EXPECT_TRUE(checksums_are_right(as_it_is_summed(example_packets(a_case).at(0)))) << a_case.id;
  }
}

TEST(CasePackets, errors_go_to_who_sent_what_they_quote) {
  std::size_t count = 0;
  for (const Case& a_case : catalogue()) {
    const bool is_forged = a_case.id.ends_with("0304D") || a_case.id.ends_with("0200D") || a_case.id == "H4-F-BCAST";
    if (!a_case.packets[0].contains("[flow]") || a_case.packets[0].contains("redirected") || is_forged) continue;
    const Packet packet = example_packets(a_case).at(0);
    const bool is_ipv4 = a_case.family == Family::ipv4;
    const std::size_t quote = upper_part(packet).at + 8;
    EXPECT_EQ(part(packet, is_ipv4 ? 16 : 24, is_ipv4 ? 4 : 16),
              part(packet, quote + (is_ipv4 ? 12 : 8), is_ipv4 ? 4 : 16))
        << a_case.id;
    ++count;
  }
  EXPECT_GT(count, 60U);
}

// ---- fragments ----

struct Piece {
  unsigned identification, offset;
  bool more;
  Packet data;
};

Piece piece_of(const Packet& packet) {
  if (packet.at(0) >> 4 == 4)
    return {be16(packet, 4), (be16(packet, 6) & 0x1fffU) * 8, (be16(packet, 6) & 0x2000) != 0, from(packet, 20)};
  EXPECT_EQ(packet.at(6), 44);
  return {be32(packet, 44), be16(packet, 42) & 0xfff8U, (be16(packet, 42) & 1) != 0, from(packet, 48)};
}

TEST(CasePackets, fragments_put_together_are_the_packet) {
  for (const char* id :
       {"H4-FR-OK", "H6-FR-OK", "R4-P-FRAG", "R6-P-FRAG", "H6-NDV-FRAG", "H4-FR-TINY", "H6-FR-NOHDR"}) {
    Case whole = case_named(id);
    whole.fragments.clear();
    Packet together;
    std::set<unsigned> identifications;
    bool more = true;
    for (const Packet& packet : example_packets(case_named(id))) {
      const Piece piece = piece_of(packet);
      EXPECT_EQ(piece.offset, together.size()) << id;
      EXPECT_TRUE(more) << id;
      together = together + piece.data;
      more = piece.more;
      identifications.insert(piece.identification);
      EXPECT_TRUE(checksums_are_right(packet)) << id;
      const bool is_ipv4 = packet.at(0) >> 4 == 4;
      EXPECT_EQ(be16(packet, is_ipv4 ? 2 : 4) + (is_ipv4 ? 0U : 40U), packet.size()) << id;
    }
    EXPECT_FALSE(more) << id;
    EXPECT_EQ(identifications.size(), 1U) << id;
    EXPECT_EQ(together, from(example_packets(whole).at(0), whole.family == Family::ipv4 ? 20 : 40)) << id;
  }
}

TEST(CasePackets, fragments_of_two_cases_are_never_put_together) {
  std::map<unsigned, std::string> of_case;
  for (const Case& a_case : catalogue()) {
    if (a_case.fragments.empty()) continue;
    const unsigned identification = piece_of(example_packets(a_case).at(0)).identification;
    EXPECT_NE(identification, 0U) << a_case.id;
    EXPECT_TRUE(of_case.emplace(identification, a_case.id).second) << a_case.id << " " << of_case[identification];
  }
}

TEST(CasePackets, overlapping_ones_differ_where_they_overlap) {
  for (const char* id : {"H4-FR-OVL", "H6-FR-OVL", "R4-P-OVL", "R6-P-OVL"}) {
    const auto packets = example_packets(case_named(id));
    ASSERT_EQ(packets.size(), 2U);
    const Piece first = piece_of(packets[0]), second = piece_of(packets[1]);
    EXPECT_EQ(first.data.size() - second.offset, 8U) << id;
    EXPECT_NE(part(first.data, second.offset, 8), part(second.data, 0, 8)) << id;
    EXPECT_TRUE(first.more && !second.more) << id;
  }
  const auto rewritten = example_packets(case_named("H4-FR-TINYO"));
  EXPECT_EQ(piece_of(rewritten.at(0)).data.at(13), 0x10) << "ACK";
  EXPECT_EQ(piece_of(rewritten.at(1)).data.at(13 - 8), 0x02) << "SYN";
}

TEST(CasePackets, fragments_that_are_wrong_are_so) {
  EXPECT_EQ(piece_of(example_packet("H4-FR-MF8")).data.size(), 21U);
  EXPECT_TRUE(piece_of(example_packet("H4-FR-MF8")).more);
  EXPECT_EQ(piece_of(example_packet("H6-FR-MF8")).data.size(), 61U);
  EXPECT_EQ(piece_of(example_packet("H4-FR-NONFIRST")).offset, 64U);
  EXPECT_FALSE(piece_of(example_packet("H4-FR-NONFIRST")).more);
  const Piece atomic = piece_of(example_packet("H6-FR-ATOM"));
  EXPECT_EQ(atomic.offset, 0U);
  EXPECT_FALSE(atomic.more);
  for (const char* id : {"H4-FR-POD", "H6-FR-POD"}) {
    const Piece last = piece_of(example_packets(case_named(id)).at(1));
    EXPECT_GT(last.offset + last.data.size(), 65535U) << id;
    EXPECT_EQ(last.identification, piece_of(example_packets(case_named(id)).at(0)).identification) << id;
  }
  const auto teardrop = example_packets(case_named("H4-FR-TEAR"));
  EXPECT_LT(piece_of(teardrop.at(1)).offset + piece_of(teardrop.at(1)).data.size(),
            piece_of(teardrop.at(0)).data.size());
  EXPECT_EQ(be16(example_packet("H4-FR-DF"), 6) & 0x6000, 0x6000);
}

// ---- headers that are wrong ----

TEST(CasePackets, headers_that_are_wrong_are_so) {
  EXPECT_EQ(example_packet("H4-M-VER")[0], 0x55);
  EXPECT_EQ(example_packet("H4-M-IHL")[0], 0x44);
  EXPECT_EQ(be16(example_packet("H4-M-LEN"), 2), 1000);
  EXPECT_EQ(example_packet("H4-M-LEN").size(), 44U);
  EXPECT_EQ(be16(example_packet("H4-M-SHORT"), 2), 16);
  EXPECT_EQ(example_packet("H4-M-TTL0")[8], 0);
  EXPECT_EQ(be16(example_packet("H4-M-EVIL"), 6), 0x8000);
  EXPECT_EQ(example_packet("H4-M-TCPOFF")[32], 0x30);
  EXPECT_EQ(be16(example_packet("H4-M-TCPTRUNC"), 2), 20 + 12);
  EXPECT_EQ(example_packet("H4-M-ICMPTRUNC").size(), 24U);
  EXPECT_EQ(be16(example_packet("H6-M-LEN"), 4), 1000);
  EXPECT_EQ(example_packet("H6-M-HL0")[7], 0);
  EXPECT_EQ(from(example_packet("H6-M-TRUNC"), 40), hex("3a07010400000000"));
  EXPECT_EQ(be16(example_packet("H4-U-LEN"), 24), 200);
  EXPECT_EQ(be16(example_packet("H6-U-ZERO"), 46), 0);
}

// ---- libtins reads them ----

TEST(CasePackets, libtins_finds_what_the_title_says) {
  const auto four = [](const char* id) {
    const Packet packet = example_packet(id);
    return Tins::IP(packet.data(), static_cast<std::uint32_t>(packet.size()));
  };
  const auto six = [](const char* id) {
    const Packet packet = example_packet(id);
    return Tins::IPv6(packet.data(), static_cast<std::uint32_t>(packet.size()));
  };
  EXPECT_EQ(four("H4-E-0304").rfind_pdu<Tins::ICMP>().mtu(), 1280);
  EXPECT_EQ(part(example_packet("H4-Q-05G"), 24, 4), hex("c000024d")) << "gateway 192.0.2.77";
  EXPECT_EQ(four("H4-T-20").rfind_pdu<Tins::TCP>().sport(), 20);
  EXPECT_EQ(four("H4-U-53").rfind_pdu<Tins::UDP>().sport(), 53);
  EXPECT_EQ(four("R4-P-PTB").tot_len(), 1500);
  EXPECT_EQ(four("R4-P-PTB").flags(), Tins::IP::DONT_FRAGMENT);
  EXPECT_EQ(four("R4-P-TTL1").ttl(), 1);
  EXPECT_EQ(four("H4-OP-LSRR").options().front().option().number, 3) << "loose source route";
  EXPECT_EQ(be32(example_packet("H6-E-0200"), 44), 1400U);
  EXPECT_EQ(six("H6-ND-135").rfind_pdu<Tins::ICMPv6>().target_addr(), Tins::IPv6Address("2001:db8:1::1"));
  const Tins::IPv6 advertisement = six("H6-ND-134");
  const auto prefix = advertisement.rfind_pdu<Tins::ICMPv6>().prefix_info();
  EXPECT_EQ(prefix.prefix, Tins::IPv6Address("2001:db8:77::"));
  EXPECT_EQ(prefix.prefix_len, 64);
  EXPECT_TRUE(prefix.A && prefix.L);
  EXPECT_EQ(six("H6-EH-CHAIN").headers().size(), 20U);
  EXPECT_EQ(six("H6-EH-RH0").headers().front().option(), Tins::IPv6::ROUTING);
  EXPECT_EQ(six("R6-P-PTB").payload_length(), 1460);
}

// ---- lines ----

TEST(CasePackets, as_complete_lines_they_read_back_in_words) {
  std::size_t octets_alone = 0;
  for (const Case& a_case : catalogue())
    for (const Packet& packet : example_packets(a_case)) {
      const std::string line = notation::complete_line(packet);
      EXPECT_EQ(notation::parse_packet(line).value(), packet) << a_case.id;
      if (!line.contains(" > ")) ++octets_alone;
    }
  EXPECT_LT(octets_alone, 10U) << "no words fit";
}

Case case_with(std::vector<std::string> packets, std::vector<std::string> fragments = {},
               std::vector<std::string> patches = {}) {
  Case a_case;
  a_case.packets = std::move(packets);
  a_case.fragments = std::move(fragments);
  a_case.patches = std::move(patches);
  return a_case;
}

TEST(CasePackets, faults_say_what_is_wrong) {
  const auto fault = [](const Case& a_case) {
    const auto packets = firewall::packets_of(a_case, firewall::example_names(a_case, 0));
    EXPECT_FALSE(packets.has_value());
    return packets ? std::string() : packets.error().what;
  };
  const std::vector<std::string> echo{"far > host ICMP echo request, length 64"};
  for (const auto& [fragment, what] : std::map<std::string, std::string>{{"0-1480", "there are 64 octets"},
                                                                         {"4-8", "begins at a multiple of 8"},
                                                                         {"8-8", "ends behind its beginning"},
                                                                         {"0-8 of 2", "there are 1 packets"},
                                                                         {"0-8 of 0", "there are 1 packets"},
                                                                         {"0:8", "'-' is expected"},
                                                                         {"0-8!", "is written"}})
    EXPECT_THAT(fault(case_with(echo, {fragment})), HasSubstr(what));
  for (const auto& [patch, what] : std::map<std::string, std::string>{{"84: 00", "the packet has 84 octets"},
                                                                      {"12", "':' is expected"},
                                                                      {"12:", "is written"},
                                                                      {"1: 0", "two hex"}})
    EXPECT_THAT(fault(case_with(echo, {}, {patch})), HasSubstr(what));
  EXPECT_THAT(fault(case_with({echo[0], "far > hots UDP 1"})),
              HasSubstr("in packet 2: an address is expected, or one"));
  EXPECT_THAT(fault(case_with({"4500"}, {"0-8"})), HasSubstr("only packets of IP"));
}

TEST(CasePackets, patches_overwrite_every_packet_at_last) {
  const Case a_case = case_with({"far > host UDP 1", "far > host UDP 2"}, {}, {"8: 07", "26: 1234"});
  for (const Packet& packet : example_packets(a_case)) {
    EXPECT_EQ(packet[8], 7);
    EXPECT_EQ(be16(packet, 26), 0x1234);
  }
}

}  // namespace
}  // namespace tunstack::test::case_packets_test
