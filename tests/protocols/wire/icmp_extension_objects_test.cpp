// The objects of extension structures, read and written. The samples are written by hand.
#include <gtest/gtest.h>

#include <array>

#include "protocols/wire/icmp_extensions.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::icmp_extension_objects_test {
namespace {

Packet copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// A structure with the right checksum.
Packet structure(std::string_view objects) {
  Packet all = hex("2000 0000") + hex(objects);
  set_be16(all, 2, plain_checksum(all));
  return all;
}

/// Arriving, index 2, 192.0.2.1, "ge-0/0/1", MTU 1500.
constexpr std::string_view interface_object = "0020 020f 00000002 00010000 c0000201 0c67652d302f302f31000000 000005dc";

// ---- reading ----

IcmpExtensionObject object(unsigned class_number, unsigned c_type, const Packet& payload) {
  return {static_cast<std::uint8_t>(class_number), static_cast<std::uint8_t>(c_type), payload};
}

// ICMP4-EXT-010, ICMP4-EXT-014
TEST(IcmpExtensionObjects, ICMP4_EXT_010_entries_of_a_label_stack) {
  const Packet payload = hex("03e80001 00010f40 fffff3ff");
  const auto stack = object(1, 1, payload);
  const auto first = mpls_entry(stack, 0);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->label, 16000U);
  EXPECT_EQ(first->traffic_class, 0);
  EXPECT_FALSE(first->bottom);
  EXPECT_EQ(first->ttl, 1);
  const auto second = mpls_entry(stack, 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->label, 0x10U);
  EXPECT_EQ(second->traffic_class, 7);
  EXPECT_TRUE(second->bottom);
  EXPECT_EQ(second->ttl, 0x40);
  const auto third = mpls_entry(stack, 2);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->label, 0xfffffU);
  EXPECT_EQ(third->traffic_class, 1);
  EXPECT_EQ(third->ttl, 255);
  EXPECT_FALSE(mpls_entry(stack, 3));
  EXPECT_FALSE(mpls_entry(object(2, 1, payload), 0)) << "another class";
  EXPECT_FALSE(mpls_entry(object(1, 1, hex("03e801")), 0)) << "cut";
  EXPECT_FALSE(mpls_entry(object(1, 1, {}), 0));
}

// ICMP4-EXT-011, ICMP4-EXT-012, ICMP4-EXT-014
TEST(IcmpExtensionObjects, ICMP4_EXT_012_all_parts_of_an_interface) {
  const Packet payload = from(hex(interface_object), 4);
  const auto information = interface_information(object(2, 0x0f, payload));
  ASSERT_TRUE(information);
  EXPECT_EQ(information->role, InterfaceRole::arriving);
  EXPECT_EQ(information->index, 2U);
  ASSERT_TRUE(information->address);
  EXPECT_EQ(to_text(*information->address), "192.0.2.1");
  EXPECT_EQ(information->name, "ge-0/0/1");
  EXPECT_EQ(information->mtu, 1500U);
}

// ICMP4-EXT-011, ICMP6-EXT-003
TEST(IcmpExtensionObjects, ICMP4_EXT_011_parts_that_are_there_and_roles) {
  const Packet mtu_only = hex("00000578");
  const auto mtu = interface_information(object(2, 0x81, mtu_only));
  ASSERT_TRUE(mtu);
  EXPECT_EQ(mtu->role, InterfaceRole::outgoing);
  EXPECT_FALSE(mtu->index || mtu->address);
  EXPECT_EQ(mtu->name, "");
  EXPECT_EQ(mtu->mtu, 1400U);
  const Packet address = hex("00020000 20010db8000000000000000000000001");
  const auto next_hop = interface_information(object(2, 0xc4, address));
  ASSERT_TRUE(next_hop);
  EXPECT_EQ(next_hop->role, InterfaceRole::next_hop);
  EXPECT_EQ(to_text(next_hop->address.value()), "2001:db8::1");
  EXPECT_FALSE(next_hop->mtu);
  const Packet name = hex("04723100");
  EXPECT_EQ(interface_information(object(2, 0x42, name))->name, "r1");
  EXPECT_EQ(interface_information(object(2, 0x42, name))->role, InterfaceRole::sub_ip_arriving);
  const Packet full = hex("04616263");
  EXPECT_EQ(interface_information(object(2, 0x02, full))->name, "abc") << "a name without zeros";
  EXPECT_TRUE(interface_information(object(2, 0, {}))) << "a role alone";
}

struct BadInterface {
  const char* what;
  unsigned c_type;
  std::string_view payload;
};

TEST(IcmpExtensionObjects, ICMP4_EXT_012_parts_that_do_not_fit) {
  for (const BadInterface& bad :
       {BadInterface{"no index", 0x08, ""}, BadInterface{"index cut", 0x08, "000001"},
        BadInterface{"no address", 0x04, ""}, BadInterface{"address cut", 0x04, "00010000 c00002"},
        BadInterface{"IPv6 address cut", 0x04, "00020000 20010db8 00000000 00000000 000000"},
        BadInterface{"unknown family", 0x04, "00030000 c0000201"},
        BadInterface{"MAC", 0x04, "40050000 c0000201c0000201"}, BadInterface{"no name", 0x02, ""},
        BadInterface{"name of length 0", 0x02, "00616263"}, BadInterface{"name of length 1", 0x02, "01616263"},
        BadInterface{"name of length 3", 0x02, "03616263"}, BadInterface{"name beyond the object", 0x02, "08616263"},
        BadInterface{"name too long", 0x02,
                     "44616263 61626364 61626364 61626364 61626364 61626364 61626364 61626364 61626364"
                     "61626364 61626364 61626364 61626364 61626364 61626364 61626364 61626364"},
        BadInterface{"no MTU", 0x01, ""}, BadInterface{"MTU cut", 0x01, "0005dc"},
        BadInterface{"no MTU behind the name", 0x03, "04723100"},
        BadInterface{"bad name before a good MTU", 0x03, "05723100 000005dc"}}) {
    const Packet payload = hex(bad.payload);
    EXPECT_FALSE(interface_information(object(2, bad.c_type, payload))) << bad.what;
  }
  const Packet payload = hex("00000001");
  EXPECT_FALSE(interface_information(object(1, 0x08, payload))) << "another class";
}

// ---- writing ----

Packet written(const InterfaceInformation& information) {
  IcmpExtensionWriter writer;
  writer.add(information);
  return copy(writer.finish());
}

// ICMP4-EXT-010: the bottom of the stack is marked on the last entry, whatever is asked for.
TEST(IcmpExtensionObjects, ICMP4_EXT_010_a_label_stack_is_written) {
  IcmpExtensionWriter one;
  one.add_mpls(std::array{MplsEntry{.label = 16000, .ttl = 1}});
  EXPECT_EQ(copy(one.finish()), structure("0008 0101 03e80101"));
  IcmpExtensionWriter two;
  two.add_mpls(std::array{MplsEntry{.label = 0xfffff, .traffic_class = 7, .bottom = true, .ttl = 255},
                          MplsEntry{.label = 16, .traffic_class = 1, .ttl = 64}});
  EXPECT_EQ(copy(two.finish()), structure("000c 0101 fffffeff 00010340"));
}

// ICMP4-EXT-011, ICMP4-EXT-012
TEST(IcmpExtensionObjects, ICMP4_EXT_011_an_interface_is_written) {
  const IpAddress address = parse_address("192.0.2.1").value();
  EXPECT_EQ(written({.index = 2, .address = address, .name = "ge-0/0/1", .mtu = 1500}), structure(interface_object));
  EXPECT_EQ(written({.role = InterfaceRole::next_hop, .address = parse_address("fe80::1").value()}),
            structure("0018 02c4 00020000 fe800000000000000000000000000001"));
  EXPECT_EQ(written({.role = InterfaceRole::outgoing, .name = "r1"}), structure("0008 0282 04723100"));
  EXPECT_EQ(written({.name = "abc"}), structure("0008 0202 04616263"));
  EXPECT_EQ(written({.name = "abcd"}), structure("000c 0202 08616263 64000000"));
  EXPECT_EQ(written({.role = InterfaceRole::sub_ip_arriving, .index = 0, .mtu = 0}),
            structure("000c 0249 00000000 00000000"))
      << "a zero is a value";
}

TEST(IcmpExtensionObjects, ICMP4_EXT_012_names_too_long_are_cut_to_63_octets) {
  const std::string name(100, 'n');
  Packet expected = hex("0044 0202 40") + Packet(63, 'n');
  const Packet all = written({.name = name});
  EXPECT_EQ(from(all, 4), expected);
}

// 4 octets of header, 184 of labels and 68 of a name that is cut: 256, which is all there is room for.
TEST(IcmpExtensionObjects, ICMP4_EXT_006_the_room_is_used_up_to_the_end) {
  const std::array<MplsEntry, 45> stack{};
  const std::string name(100, 'n');
  IcmpExtensionWriter writer;
  writer.add_mpls(stack);
  writer.add({.name = name});
  writer.add({.index = 1});
  const Packet all = copy(writer.finish());
  ASSERT_EQ(all.size(), 256U);
  EXPECT_EQ(from(all, 188), hex("0044 0202 40") + Packet(63, 'n'));
  EXPECT_EQ(plain_checksum(all), 0U);
}

TEST(IcmpExtensionObjects, ICMP4_EXT_006_objects_that_do_not_fit_are_left_out_whole) {
  IcmpExtensionWriter writer;
  EXPECT_TRUE(writer.finish().empty()) << "no object, no structure";
  const std::array<MplsEntry, 50> stack{};
  writer.add_mpls(stack);
  writer.add_mpls(stack);
  writer.add({.index = 1});
  const Packet all = copy(writer.finish());
  EXPECT_EQ(all.size(), 4U + 204 + 8);
  EXPECT_EQ(from(all, 208), hex("0008 0208 00000001"));
  EXPECT_EQ(plain_checksum(all), 0U);
}

}  // namespace
}  // namespace tunstack::test::icmp_extension_objects_test
