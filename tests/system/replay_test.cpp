// `tunstack replay` and `--capture`, as users run them; tshark is the second reader.
#include <filesystem>
#include <fstream>

#include "tests/support/frames.hpp"
#include "tests/support/packets.hpp"
#include "tests/system/network.hpp"
#include "tunstack/capture/writer.hpp"

namespace tunstack::test::replay_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

class ReplayCommand : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    directory_ = testing::TempDir() + "tunstack_replay_" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  /// One packet a second.
  std::string capture(const std::string& name, const std::vector<Packet>& packets) const {
    CaptureWriter writer(path(name));
    auto time = 1'700'000'000s;
    for (const Packet& packet : packets) writer.write(time++, Direction::in, packet, "");
    writer.finish();
    return path(name);
  }
  /// Of a host that says nothing of its own accord.
  Outcome replay(Command arguments) const {
    arguments.insert(arguments.begin(), {"replay", "--set", "mld.enable=off"});
    return tunstack(arguments);
  }
  std::vector<std::string> tshark(const std::string& file, const std::string& field) const {
    return lines_of(network.run({"tshark", "-r", file, "-T", "fields", "-e", field}).out);
  }

 private:
  std::string directory_;
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_F(ReplayCommand, writes_what_would_have_been_sent) {
  const std::string input = capture("in.pcap", {echo4(), udp4(), echo4({.destination = "192.0.2.77"}), echo6()});
  const Outcome replayed = replay({input, "-w", path("out.pcapng")});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(tshark(path("out.pcapng"), "ip.src"), ElementsAre("192.0.2.2", "192.0.2.2,192.0.2.1", ""));
  EXPECT_THAT(tshark(path("out.pcapng"), "frame.time_relative"),
              ElementsAre("0.000000000", "1.000000000", "3.000000000"));
  EXPECT_THAT(tshark(path("out.pcapng"), "frame.comment").at(1),
              HasSubstr("error udp4_port_closed RFC 1122 4.1.3.1: "));
}

// The lines are what was asked for, and can be searched; what is said of the run is not among them.
TEST_F(ReplayCommand, the_lines_are_data_and_go_to_stdout) {
  const Outcome replayed = replay({capture("in.pcapng", {echo4(), hex("4500")})});
  EXPECT_EQ(replayed.status, 0);
  EXPECT_THAT(replayed.out, AllOf(HasSubstr("0.000000 < 192.0.2.1 > 192.0.2.2  ICMP echo request, id 1281, seq 1"),
                                  HasSubstr("1.000000 < ?  IPv4, cut short, length 2"),
                                  HasSubstr("drop   ipv4_shorter_than_header  RFC 1812 5.2.2")));
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("tunstack: 2 packets in, 1 out in 131.0 s"), Not(HasSubstr("0.000000"))));
}

TEST_F(ReplayCommand, json_goes_to_stdout) {
  const Outcome replayed = replay({capture("in.pcap", {echo4(), udp4()}), "--json"});
  ASSERT_THAT(lines_of(replayed.out), SizeIs(4)) << "each packet, and its answer: " << replayed;
  EXPECT_THAT(lines_of(replayed.out)[2], AllOf(HasSubstr(R"("time":1,)"), HasSubstr(R"("verdict":"error")"),
                                               HasSubstr(R"("reason":"udp4_port_closed")")));
}

TEST_F(ReplayCommand, drains_for_130_seconds_or_as_told) {
  const Packet fragment = ipv4({.flags_and_offset = 0x2000}, icmpv4(8, 0, 1, counting(16)));
  const std::string input = capture("in.pcap", {fragment});
  EXPECT_EQ(replay({input, "-w", path("long.pcap")}).status, 0);
  EXPECT_THAT(tshark(path("long.pcap"), "icmp.type"), SizeIs(1));
  EXPECT_THAT(tshark(path("long.pcap"), "frame.time_epoch"), ElementsAre("1700000060.000000000"));
  EXPECT_EQ(replay({input, "-w", path("short.pcap"), "--drain", "59"}).status, 0);
  EXPECT_THAT(tshark(path("short.pcap"), "icmp.type"), IsEmpty());
}

TEST_F(ReplayCommand, ICMP4_TS_001_the_time_of_day_is_that_of_the_capture) {
  const std::string input = capture("in.pcap", {echo4(), ipv4({}, icmpv4(13, 0, 7, Packet(12)))});
  EXPECT_EQ(replay({input, "-w", path("out.pcap")}).status, 0);
  // 1700000001 s after 1970 are 22:13:21 UT.
  EXPECT_THAT(tshark(path("out.pcap"), "icmp.transmit_timestamp").at(1), "80001000");
}

TEST_F(ReplayCommand, ROB_004_the_same_input_gives_the_same_file) {
  const std::string input = capture("in.pcap", {echo4(), udp4(), echo4({}, counting(4000)), echo6()});
  for (const char* name : {"a.pcapng", "b.pcapng"})
    EXPECT_EQ(replay({input, "-w", path(name), "--explain=off"}).status, 0);
  EXPECT_EQ(content(path("a.pcapng")), content(path("b.pcapng")));
  EXPECT_EQ(replay({input, "-w", path("c.pcapng"), "--seed", "2"}).status, 0);
  EXPECT_NE(content(path("a.pcapng")), content(path("c.pcapng")));
}

TEST_F(ReplayCommand, times_out_of_bounds_are_told_and_become_the_nearest) {
  {
    CaptureWriter writer(path("in.pcapng"));
    for (const CaptureTime time : {CaptureTime(9'000'000'000s), CaptureTime::max()})
      writer.write(time, Direction::in, echo4(), "");
    writer.finish();
  }
  const Outcome precise = replay({path("in.pcapng"), "-w", path("out.pcapng"), "--explain=off"});
  EXPECT_THAT(precise.err, HasSubstr("the time of 1 packet lies before 1970 or after 2261; the nearest one was taken"));
  EXPECT_THAT(tshark(path("out.pcapng"), "frame.time_epoch"),
              ElementsAre("9000000000.000000000", "9214646400.000000000"));
  const Outcome coarse = replay({path("in.pcapng"), "-w", path("out.pcap"), "--explain=off"});
  EXPECT_THAT(coarse.err, HasSubstr("the times of 2 packets do not fit into " + path("out.pcap")));
  EXPECT_THAT(tshark(path("out.pcap"), "frame.time_epoch"),
              ElementsAre("4294967295.000000000", "4294967295.000000000"));
}

// A router advertises in vain through a gap of a century: only its beginning is gone through.
TEST_F(ReplayCommand, a_gap_of_a_century_in_the_role_of_a_router) {
  {
    CaptureWriter writer(path("in.pcapng"));
    for (const CaptureTime time : {CaptureTime(0s), CaptureTime(4'000'000'000s)})
      writer.write(time, Direction::in, echo4(), "");
    writer.finish();
  }
  const Outcome replayed =
      replay({path("in.pcapng"), "--role", "router", "--set", "nd.adv.enable=on", "--explain=off"});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("s in which nothing came were left out"), HasSubstr("2 packets in")));
  EXPECT_THAT(replayed.err, HasSubstr("2 icmp4_echo_request_for_us"));
}

TEST_F(ReplayCommand, options_and_addresses_of_the_stack) {
  const std::string input = capture("in.pcap", {echo4({.destination = "192.0.2.9"})});
  const Outcome replayed = replay({input, "--address", "192.0.2.9/24", "--set", "icmp4.echo=off"});
  EXPECT_THAT(replayed.out, HasSubstr("drop   icmp4_echo_off")) << replayed;
}

// Frames are replayed as frames: those to others are not for the stack, and what it sends leaves in frames.
TEST_F(ReplayCommand, frames_are_those_of_a_link_with_addresses) {
  {
    CaptureWriter writer(path("in.pcapng"), {.type = LinkType::ethernet});
    auto time = 1'700'000'000s;
    for (const Packet& frame : {framed(echo4()), framed(echo4({}, counting(8)))})
      writer.write(time++, Direction::in, frame, "");
    writer.finish();
  }
  const std::string mac = to_text(mac_address(own_mac));
  const Command to_us = {path("in.pcapng"), "--mac", mac, "--set", "acd.enable=off", "-w", path("out.pcapng")};
  const Outcome replayed = replay(to_us);
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.out, HasSubstr("icmp4_echo_request_for_us"));
  EXPECT_THAT(tshark(path("out.pcapng"), "eth.src"), testing::Contains(mac));
  EXPECT_THAT(tshark(path("out.pcapng"), "arp.dst.proto_ipv4"), testing::Contains("192.0.2.1")) << "it asks who has it";
  const Outcome elsewhere =
      replay({path("in.pcapng"), "--tap", "--mac", "02:00:00:00:00:77", "--gateway", "192.0.2.1"});
  EXPECT_EQ(elsewhere.status, 0) << elsewhere;
  EXPECT_THAT(elsewhere.out, AllOf(HasSubstr("frame_for_another_station"), Not(HasSubstr("echo_request_for_us"))));
}

TEST_F(ReplayCommand, faults_end_with_three_lines_and_status_2) {
  const std::string good = capture("in.pcap", {echo4()});
  std::ofstream(path("cut.pcap"), std::ios::binary) << content(good).substr(0, 60);
  std::ofstream(path("none.pcap")) << "no capture";
  for (const Command& wrong :
       std::vector<Command>{{path("missing.pcap")},
                            {path("none.pcap")},
                            {good, "--tap"},
                            {good, "-w", good},
                            {good, "-w", path("twice.pcapng"), "--capture", path("twice.pcapng")},
                            {good, "-w", "-", "--json"},
                            {good, "--capture", good},
                            {good, "-w", path("no/where.pcap")},
                            {good, "--drain", "-1"},
                            {good, "--drain", "nan"},
                            {good, "--set", "no.such=1"},
                            {good, "--address", "300.1.1.1/24"},
                            {}}) {
    Command arguments = {"replay"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_FAULT(tunstack(arguments), 2);
  }
  EXPECT_EQ(content(good).size(), 24 + 16 + echo4().size()) << "the input is still there";
  const Outcome cut = replay({path("cut.pcap"), "--explain=off"});
  EXPECT_FAULT(cut, 2);
  EXPECT_THAT(cut.err, HasSubstr("cannot read packet 1 of "));
}

TEST_F(ReplayCommand, DUMP_006_capture_holds_every_packet_in_and_out) {
  const Outcome exec = tunstack({"exec", "--capture", path("all.pcapng"), "--explain", "--", "ping", "-4", "-c", "2",
                                 "-i", "0.01", "-s", "3000", "192.0.2.2"});
  ASSERT_EQ(exec.status, 0) << exec;
  EXPECT_THAT(network.run({"tshark", "-r", path("all.pcapng"), "-Y", "ip"}).out, Not(IsEmpty()));
  const std::vector<std::string> directions = tshark(path("all.pcapng"), "frame.packet_flags_direction");
  const auto in = std::ranges::count_if(directions, [](const std::string& d) { return d.ends_with("1"); });
  const auto out = std::ranges::count_if(directions, [](const std::string& d) { return d.ends_with("2"); });
  EXPECT_THAT(exec.err, HasSubstr("tunstack: " + std::to_string(in) + " packets in, " + std::to_string(out) + " out"));
  EXPECT_GE(in, 6) << "two requests in three fragments each";
  EXPECT_GE(out, 6);
}

}  // namespace
}  // namespace tunstack::test::replay_test
