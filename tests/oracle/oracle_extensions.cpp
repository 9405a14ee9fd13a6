// Extension structures of errors (RFC 4884): those of the host as libtins reads them, and those of libtins as the host
// and its readers do.
//
// Known limits of libtins 4.0 met here:
//  - it does not write the length field of a quote of 128 octets or less, unless asked to;
//  - of ICMPv6 it neither finds extensions in destination unreachable nor writes their length field, so it is given
//    what stands behind the quote;
//  - it knows the objects of MPLS (RFC 4950) alone, so others are compared octet by octet;
//  - it drops a structure whose checksum is 0, and everything behind the quote with it.
#include <algorithm>

#include "protocols/wire/icmp_extensions.hpp"
#include "tests/oracle/oracle.hpp"

namespace tunstack::test::oracle_extensions {
namespace {

Bytes bytes(const Packet& packet) { return packet; }

// ---- of the host ----

const Packet tun0_ipv4 = hex("00000001 00010000 c0000202 0874756e30 000000 000005dc");
const Packet tun0_ipv6 = hex("00000001 00020000 20010db8000000000000000000000002 0874756e30 000000 000005dc");

/// RFC 5837 4.1: one object, about the arriving interface, with index, address, name and MTU.
void expect_interface_information(const Tins::ICMPExtensionsStructure& extensions, const Packet& payload) {
  EXPECT_EQ(extensions.version(), 2);
  EXPECT_EQ(extensions.reserved(), 0);
  ASSERT_EQ(extensions.extensions().size(), 1U);
  const Tins::ICMPExtension& object = extensions.extensions()[0];
  EXPECT_EQ(object.extension_class(), 2);
  EXPECT_EQ(object.extension_type(), 0x0f);
  EXPECT_EQ(object.payload(), payload);
}

Packet padded(Packet quote) {
  quote.resize(std::max<std::size_t>(quote.size(), 128));
  return quote;
}

// ICMP4-EXT-001, ICMP4-EXT-002, ICMP4-EXT-003, ICMP4-EXT-006
TEST(OracleExtensions, ICMP4_EXT_001_of_the_host) {
  Host host({"icmp.extensions=on"});
  for (const std::size_t size : {0U, 24U, 100U, 300U}) {
    Packet request;
    const auto ip = answer_of(host, ip_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(size)), request);
    expect_header_back(ip, 1);
    const auto& error = ip.rfind_pdu<Tins::ICMP>();
    ASSERT_TRUE(error.has_extensions());
    expect_interface_information(error.extensions(), tun0_ipv4);
    EXPECT_EQ(data_of(error), padded(request));
    EXPECT_EQ(error.length(), padded(request).size() / 4);
  }
}

// ICMP6-EXT-001, ICMP6-EXT-002
TEST(OracleExtensions, ICMP6_EXT_001_of_the_host) {
  Host host({"icmp.extensions=on"});
  for (const std::size_t size : {0U, 24U, 96U, 304U}) {
    Packet request;
    const auto ip = answer_of(host, ipv6_to_host() / Tins::UDP(33434, 40000) / Tins::RawPDU(counting(size)), request);
    expect_header_back(ip, 58);
    const Packet body = data_of(ip.rfind_pdu<Tins::ICMPv6>());
    const Packet quote = padded(request);
    ASSERT_GT(body.size(), quote.size());
    EXPECT_EQ(part(body, 0, quote.size()), quote);
    EXPECT_EQ(ip.rfind_pdu<Tins::ICMPv6>().identifier() >> 8, quote.size() / 8) << "the length field";
    const Packet structure = from(body, quote.size());
    const auto structure_size = static_cast<std::uint32_t>(structure.size());
    EXPECT_TRUE(Tins::ICMPExtensionsStructure::validate_extensions(structure.data(), structure_size));
    expect_interface_information({structure.data(), structure_size}, tun0_ipv6);
  }
}

// ---- of libtins ----

Tins::MPLS label(std::uint32_t value, unsigned traffic_class, bool bottom, unsigned ttl) {
  Tins::MPLS entry;
  entry.label(value);
  entry.experimental(static_cast<std::uint8_t>(traffic_class));
  entry.bottom_of_stack(bottom ? 1 : 0);
  entry.ttl(static_cast<std::uint8_t>(ttl));
  return entry;
}

/// Keeps the last report; what it refers to is copied, as it is valid during the call only.
class Listener final : public Observer {
 public:
  void decided(const Decision&) override {}
  void error_reported(const icmp::ErrorReport& reported) override {
    report = reported;
    quote.assign(reported.body.quote.begin(), reported.body.quote.end());
    extensions.assign(reported.body.extensions.begin(), reported.body.extensions.end());
    ++reports;
  }
  icmp::ErrorReport report;
  Packet quote, extensions;
  int reports = 0;
};

/// An error of libtins about what the host sent, and what the host tells of it.
struct Told {
  Packet sent;
  Listener listener;
};
Told told(Tins::ICMP error, std::size_t quoted = 84) {
  Told told;
  Host host({"ip4.pmtu.min=68"});
  told.sent = host.answer(echo4());
  host.observe(told.listener);
  Tins::IP ip(host4, "203.0.113.9");
  EXPECT_TRUE(host.send((ip / error / Tins::RawPDU(part(told.sent, 0, quoted))).serialize()).empty());
  host.stop_observing(told.listener);
  EXPECT_EQ(told.listener.reports, 1);
  return told;
}

Tins::ICMP time_exceeded() {
  Tins::ICMP error;
  error.set_time_exceeded(true);
  return error;
}

// ICMP4-RX-005: as RFC 4950 has it from routers whose labels a probe has passed
TEST(OracleExtensions, ICMP4_RX_005_a_label_stack_in_an_error_for_the_host) {
  Tins::ICMP error = time_exceeded();
  Tins::MPLS entry = label(0xabcde, 5, true, 254);
  error.extensions().add_extension(entry);
  error.use_length_field(true);
  const auto [sent, listener] = told(error);
  EXPECT_EQ(to_text(listener.report.reporter), "203.0.113.9");
  EXPECT_EQ(listener.report.type, 11);
  EXPECT_EQ(part(listener.quote, 0, sent.size()), sent);
  EXPECT_EQ(listener.quote.size(), 128U);
  EXPECT_FALSE(listener.report.body.extensions_bad);
  auto reader = IcmpExtensionReader::open(bytes(listener.extensions));
  ASSERT_TRUE(reader);
  const auto object = reader->next();
  ASSERT_TRUE(object);
  const auto found = mpls_entry(*object, 0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->label, 0xabcdeU);
  EXPECT_EQ(found->traffic_class, 5);
  EXPECT_TRUE(found->bottom);
  EXPECT_EQ(found->ttl, 254);
  EXPECT_FALSE(mpls_entry(*object, 1));
  EXPECT_FALSE(reader->next());
  EXPECT_TRUE(reader->is_well_formed());
}

// RFC 4884 5.5: without a length field the host takes all for the quote, and finds no extensions.
TEST(OracleExtensions, ICMP4_RX_003_no_length_field_no_extensions) {
  Tins::ICMP error = time_exceeded();
  Tins::MPLS entry = label(16, 0, true, 1);
  error.extensions().add_extension(entry);
  const auto [sent, listener] = told(error);
  EXPECT_EQ(listener.quote.size(), 128U + 12);
  EXPECT_TRUE(listener.extensions.empty());
}

TEST(OracleExtensions, ICMP4_RX_005_errors_without_extensions) {
  Tins::ICMP too_big;
  too_big.set_dest_unreachable();
  too_big.code(4);
  too_big.mtu(68);
  const auto [sent, mtu] = told(too_big);
  EXPECT_EQ(mtu.report.mtu, 68U);
  EXPECT_EQ(mtu.quote, sent);
  Tins::ICMP problem;
  problem.set_param_problem(true, 20);
  const auto [about, pointer] = told(problem, 28);
  EXPECT_EQ(pointer.report.pointer, 20U);
  EXPECT_EQ(pointer.quote, part(about, 0, 28));
  EXPECT_EQ(to_text(pointer.report.source), host4);
  EXPECT_EQ(to_text(pointer.report.destination), peer4);
}

// ---- both ways, without a host ----

/// A structure as libtins writes it, with objects of three classes.
Packet structure_of_libtins() {
  Tins::ICMPExtensionsStructure extensions;
  Tins::MPLS entry = label(3, 1, false, 9);
  extensions.add_extension(entry);
  Tins::ICMPExtension interface(2, 0x0f);
  interface.payload(tun0_ipv6);
  extensions.add_extension(interface);
  Tins::ICMPExtension unknown(200, 7);
  unknown.payload(counting(8));
  extensions.add_extension(unknown);
  return extensions.serialize();
}

TEST(OracleExtensions, ICMP4_EXT_006_objects_that_libtins_writes) {
  const Packet structure = structure_of_libtins();
  auto reader = IcmpExtensionReader::open(structure);
  ASSERT_TRUE(reader);
  const auto mpls = reader->next();
  ASSERT_TRUE(mpls);
  EXPECT_EQ(mpls->class_number, 1);
  EXPECT_EQ(mpls->c_type, 1);
  EXPECT_EQ(mpls_entry(*mpls, 0)->label, 3U);
  const auto object = reader->next();
  ASSERT_TRUE(object);
  const auto interface = interface_information(*object);
  ASSERT_TRUE(interface);
  EXPECT_EQ(interface->role, InterfaceRole::arriving);
  EXPECT_EQ(interface->index, 1U);
  EXPECT_EQ(to_text(*interface->address), host6);
  EXPECT_EQ(interface->name, "tun0");
  EXPECT_EQ(interface->mtu, 1500U);
  const auto unknown = reader->next();
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->class_number, 200);
  EXPECT_EQ(unknown->c_type, 7);
  EXPECT_EQ(Packet(unknown->payload.begin(), unknown->payload.end()), counting(8));
  EXPECT_FALSE(reader->next());
}

// ICMP4-EXT-003: both refuse every change of a single bit but in the reserved ones, which the checksum covers too.
TEST(OracleExtensions, ICMP4_EXT_003_both_refuse_the_same_structures) {
  const Packet right = structure_of_libtins();
  for (std::size_t bit = 4; bit < right.size() * 8; ++bit) {
    Packet structure = right;
    structure[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    const bool libtins_takes_it =
        Tins::ICMPExtensionsStructure::validate_extensions(structure.data(), static_cast<std::uint32_t>(right.size()));
    EXPECT_EQ(IcmpExtensionReader::open(structure).has_value(), libtins_takes_it) << bit;
    EXPECT_FALSE(libtins_takes_it) << bit;
  }
}

TEST(OracleExtensions, ICMP4_EXT_006_objects_that_libtins_reads) {
  const MplsEntry stack[] = {{.label = 0xfffff, .traffic_class = 7, .ttl = 255}, {.label = 16, .ttl = 1}};
  IcmpExtensionWriter writer;
  writer.add_mpls(stack);
  writer.add({.role = InterfaceRole::outgoing, .index = 7U, .mtu = 9000U});
  const Bytes written = writer.finish();
  ASSERT_TRUE(
      Tins::ICMPExtensionsStructure::validate_extensions(written.data(), static_cast<std::uint32_t>(written.size())));
  Tins::ICMPExtensionsStructure extensions(written.data(), static_cast<std::uint32_t>(written.size()));
  EXPECT_EQ(extensions.version(), 2);
  EXPECT_EQ(extensions.reserved(), 0);
  ASSERT_EQ(extensions.extensions().size(), 2U);
  const Packet labels = extensions.extensions()[0].payload();
  ASSERT_EQ(labels.size(), 8U);
  const Tins::MPLS first(labels.data(), 4);
  EXPECT_EQ(first.label(), 0xfffffU);
  EXPECT_EQ(first.experimental(), 7);
  EXPECT_EQ(first.bottom_of_stack(), 0);
  EXPECT_EQ(first.ttl(), 255);
  const Tins::MPLS last(labels.data() + 4, 4);
  EXPECT_EQ(last.label(), 16U);
  EXPECT_EQ(last.bottom_of_stack(), 1);
  EXPECT_EQ(extensions.extensions()[1].extension_class(), 2);
  EXPECT_EQ(extensions.extensions()[1].extension_type(), 0x89);
  EXPECT_EQ(extensions.extensions()[1].payload(), hex("00000007 00002328"));
  EXPECT_EQ(extensions.serialize(), Packet(written.begin(), written.end()));
}

}  // namespace
}  // namespace tunstack::test::oracle_extensions
