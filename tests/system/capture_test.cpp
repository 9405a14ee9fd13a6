// `--capture` as users run it: live, killed, read by tshark and capinfos, and replayed without a word more.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/frames.hpp"
#include "tests/system/network.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/capture/writer.hpp"

namespace tunstack::test::capture_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

class CaptureCommand : public SystemTest {
 protected:
  void SetUp() override {
    SystemTest::SetUp();
    directory_ = testing::TempDir() + "tunstack_capture_" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  /// The shell knows the program as $T.
  Outcome shell(const std::string& script) const { return network.run({"bash", "-c", "T=" + program + "; " + script}); }
  /// `tunstack exec` with a capture of what `script` does.
  std::string captured(const std::string& name, Command options, const std::string& script) const {
    options.insert(options.begin(), {"exec", "--capture", path(name)});
    options.insert(options.end(), {"--", "sh", "-c", script});
    const Outcome outcome = tunstack(options);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return path(name);
  }
  /// What tshark says of each packet; it must have nothing to complain about.
  std::vector<std::string> tshark(const std::string& file, const std::string& field, Command more = {}) const {
    Command command = {"tshark", "-r", file, "-T", "fields", "-e", field};
    command.insert(command.end(), more.begin(), more.end());
    const Outcome outcome = network.run(command);
    EXPECT_EQ(outcome.status, 0) << outcome;
    for (const std::string& line : lines_of(outcome.err)) EXPECT_THAT(line, HasSubstr("Running as user"));
    return lines_of(outcome.out);
  }
  std::string capinfos(const std::string& file) const {
    const Outcome outcome = network.run({"capinfos", file});
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

 private:
  std::string directory_;
};

// ---- live ----

TEST_F(CaptureCommand, DUMP_006_a_reader_sees_packets_while_they_are_answered) {
  const auto live = start({"sh", "-c", "exec " + program + " up --capture - | tshark -l -r - -T fields -e icmp.type"});
  ASSERT_TRUE(eventually([&] { return answers("192.0.2.2"); })) << live->err();
  EXPECT_TRUE(eventually([&] { return live->out().find("8\n0\n") != std::string::npos; })) << live->out();
}

TEST_F(CaptureCommand, DUMP_006_pipes_files_and_names_of_any_kind) {
  for (const std::string& where :
       {std::string(">(cat >" + path("pipe") + ")"), path("FILE.PCAPNG"), path("no_ending"), path("a.txt")}) {
    const Outcome outcome = shell("$T exec --capture " + where + " -- ping -c 1 192.0.2.2");
    EXPECT_EQ(outcome.status, 0) << outcome;
  }
  for (const char* name : {"pipe", "FILE.PCAPNG", "no_ending", "a.txt"}) {
    ASSERT_TRUE(eventually([&] { return capinfos(path(name)).find("pcapng") != std::string::npos; })) << name;
    EXPECT_THAT(tshark(path(name), "icmp.type"), AllOf(Contains("8"), Contains("0"))) << name;
  }
}

TEST_F(CaptureCommand, what_would_mix_with_other_output_is_refused) {
  for (const char* where : {"-", "/dev/stdout"}) {
    EXPECT_FAULT(tunstack({"exec", "--capture", where, "--", "true"}), 2);
    EXPECT_FAULT(tunstack({"up", "--json", "--capture", where}), 2);
    const Outcome terminal = shell(std::string("script -qec \"$T up --duration 2 --capture ") + where + "\" /dev/null");
    EXPECT_EQ(terminal.status, 2) << terminal;
    EXPECT_THAT(terminal.out, HasSubstr("it is a terminal, and a capture is no text"));
  }
  const Outcome same = shell("$T exec --capture " + path("same") + " -- echo hello >>" + path("same"));
  EXPECT_FAULT(same, 2);
  EXPECT_EQ(tunstack({"exec", "--capture", "/dev/stderr", "--", "true"}).status, 0);
}

// What was written stays whole, whoever ends the stack.
TEST_F(CaptureCommand, DUMP_006_a_killed_stack_leaves_a_whole_capture) {
  for (const char* name : {"killed.pcapng", "killed.pcap"}) {
    const auto stack = up({"--capture", path(name)});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(answers("192.0.2.2"));
    ASSERT_TRUE(eventually([&] { return std::ranges::count(tshark(path(name), "icmp.type"), "0") == 3; }));
    stack->signal(SIGKILL);
    stack->wait();
    const auto types = tshark(path(name), "icmp.type");
    EXPECT_EQ(std::ranges::count(types, "8"), 3) << name;
    EXPECT_EQ(std::ranges::count(types, "0"), 3) << name;
    capinfos(path(name));
  }
}

TEST_F(CaptureCommand, DUMP_006_a_stack_killed_in_a_flood_leaves_whole_records) {
  for (int round = 0; round < 5; ++round) {
    const auto stack = up({"--capture", path("flood.pcapng")});
    const auto flood = start({"ping", "-f", "-q", "-l", "50", "-s", "1000", "192.0.2.2"});
    ASSERT_TRUE(eventually([&] { return std::filesystem::file_size(path("flood.pcapng")) > 1'000'000; }));
    stack->signal(SIGKILL);
    stack->wait();
    EXPECT_THAT(tshark(path("flood.pcapng"), "frame.comment"), Each(Not(IsEmpty())));
    EXPECT_THAT(capinfos(path("flood.pcapng")), HasSubstr("Strict time order:   True"));
  }
}

// ---- what it says ----

TEST_F(CaptureCommand, DUMP_006_it_says_which_host_it_is_of) {
  const std::string file = captured("host.pcapng", {"--address", "192.0.2.9/24", "--set", "icmp4.echo=off"}, "true");
  const std::string all = capinfos(file);
  EXPECT_THAT(all, AllOf(HasSubstr("Capture application: tunstack "), HasSubstr("Name = tun0"),
                         HasSubstr("Description = "), HasSubstr(R"("--address","192.0.2.9/24")"),
                         HasSubstr(R"("--set","icmp4.echo=off")"), ContainsRegex(R"("seed":"[0-9a-f]{64}")")));
  EXPECT_THAT(tshark(file, "frame.interface_name"), Each("tun0"));
}

TEST_F(CaptureCommand, RFC7217_the_secret_of_addresses_is_not_told) {
  const std::string file = captured("secret.pcapng", {"--tap", "--set", "slaac.secret=words"}, "true");
  EXPECT_THAT(capinfos(file), Not(HasSubstr("words")));
}

TEST_F(CaptureCommand, DUMP_006_each_packet_has_its_time_and_each_answer_what_it_answers) {
  const std::string file = captured("times.pcapng", {}, "ping -c 3 -i 0.01 -l 3 192.0.2.2");
  for (const std::string& time : tshark(file, "icmp.resptime", {"-Y", "icmp.type == 0"}))
    EXPECT_GT(std::stod(time), 0) << "milliseconds";
  const auto times = tshark(file, "frame.time_epoch", {"-Y", "icmp"});
  EXPECT_EQ(std::set(times.begin(), times.end()).size(), 6U) << "three requests that came together, three replies";
  const auto replies = tshark(file, "frame.comment", {"-Y", "icmp.type == 0"});
  const auto requests = tshark(file, "frame.number", {"-Y", "icmp.type == 8"});
  ASSERT_EQ(replies.size(), 3U);
  ASSERT_EQ(requests.size(), 3U);
  for (std::size_t i = 0; i < replies.size(); ++i)
    EXPECT_THAT(replies[i], AllOf(HasSubstr("| https://www.rfc-editor.org/rfc/rfc1122#section-3.2.2.6 |"),
                                  EndsWith(" | answers " + requests[i])));
}

TEST_F(CaptureCommand, wireshark_shows_verdict_and_reason_as_fields) {
  const std::string file = captured("fields.pcapng", {}, "ping -c 1 192.0.2.2; ping -c 1 -W 0.1 192.0.2.77; true");
  const Command with_fields = {"-X", "lua_script:" TUNSTACK_WIRESHARK "/tunstack.lua", "-Y", "icmp"};
  EXPECT_THAT(tshark(file, "tunstack.verdict", with_fields), ElementsAre("reply", "reply", "drop"));
  EXPECT_THAT(tshark(file, "tunstack.reason", with_fields),
              ElementsAre("icmp4_echo_request_for_us", "icmp4_echo_request_for_us", "ipv4_destination_not_ours"));
  EXPECT_THAT(tshark(file, "tunstack.link", with_fields), Each(HasSubstr("https://www.rfc-editor.org/rfc/rfc1122#")));
  const auto request = tshark(file, "frame.number", {"-Y", "icmp.type == 8 and ip.dst == 192.0.2.2"});
  EXPECT_THAT(tshark(file, "tunstack.answers", with_fields), ElementsAre("", request.at(0), ""));
}

TEST_F(CaptureCommand, the_profile_of_wireshark_has_columns_for_them) {
  const std::string file = captured("columns.pcapng", {}, "ping -c 1 192.0.2.2");
  const Outcome lines = network.shell("export HOME=" + path("home") + R"(
    unset XDG_CONFIG_HOME
    mkdir -p $HOME/.config/wireshark/profiles/tunstack $HOME/.local/lib/wireshark/plugins
    cp )" TUNSTACK_WIRESHARK R"(/profile/* $HOME/.config/wireshark/profiles/tunstack
    cp )" TUNSTACK_WIRESHARK R"(/tunstack.lua $HOME/.local/lib/wireshark/plugins
    tshark -C tunstack -Y icmp.type==0 -r )" +
                                      file);
  EXPECT_EQ(lines.status, 0) << lines;
  EXPECT_THAT(lines.out, ContainsRegex("Echo \\(ping\\) reply .* reply icmp4_echo_request_for_us [0-9]+"));
}

// ---- replayed ----

class ReplayedCapture : public CaptureCommand {
 protected:
  void expect_the_same(const std::string& file) const {
    const Outcome replayed = tunstack({"replay", file, "--explain=off"});
    EXPECT_EQ(replayed.status, 0) << replayed;
    EXPECT_THAT(replayed.err,
                ContainsRegex("tunstack: [1-9][0-9]* decisions, [1-9][0-9]* the same(\n|; .* the same\n)"));
  }
};

TEST_F(ReplayedCapture, ROB_004_a_capture_is_all_that_a_replay_needs) {
  expect_the_same(captured("tun.pcapng", {"--address", "192.0.2.9/24", "--set", "icmp4.error_rate=7"},
                           "ping -c 2 -i 0.01 -s 4000 192.0.2.9; traceroute -n -w 0.1 -q 9 -m 3 192.0.2.9"));
}

TEST_F(ReplayedCapture, ROB_004_frames_neighbors_and_a_router_that_takes_leave) {
  expect_the_same(captured("tap.pcapng", {"--tap"}, "ping -c 1 192.0.2.2; ping -c 2 -i 0.01 -s 4000 2001:db8::2"));
  expect_the_same(captured("router.pcapng", {"--tap", "--role", "router", "--set", "nd.adv.enable=on"},
                           "ping -c 1 192.0.2.2; ping -c 1 2001:db8::2"));
}

TEST_F(ReplayedCapture, ROB_004_a_link_that_goes_down_and_comes_up) {
  expect_the_same(captured("link.pcapng", {},
                           "ping -c 1 192.0.2.2; ip link set tun0 down; ip link set tun0 up; ping -c 1 192.0.2.2"));
}

TEST_F(ReplayedCapture, ROB_004_what_is_set_while_packets_come) {
  const std::string set = program + " set ";
  for (const Command& link : {Command{}, Command{"--tap", "--set", "acd.enable=on"}}) {
    const std::string file = captured(
        "set.pcapng", link,
        "ping -c 1 192.0.2.2; " + program + " send '192.0.2.2 > 192.0.2.1  UDP 4000 > 9, ttl 7'; " + set +
            "icmp4.echo=off address+=192.0.2.9; " + "ping -c 1 -W 0.1 192.0.2.2; " + set +
            "icmp4.echo=on role=router nd.adv.enable=on address-=192.0.2.2 address+=fe80::9/64 "
            "address-=fe80::2; " +
            "ping -c 1 -W 0.1 192.0.2.2; for i in 1 2 3 4 5 6 7 8 9; do ping -c 1 -w 1 192.0.2.9 && break; done; true");
    expect_the_same(file);
    EXPECT_THAT(tshark(file, "frame.number", {"-Y", "icmp.type == 0"}), testing::SizeIs(testing::Ge(2U)))
        << "before and after";
    EXPECT_THAT(tshark(file, "ip.ttl", {"-Y", "udp && !icmp"}), testing::ElementsAre("7")) << "sent on request";
    const Outcome kept = tunstack({"replay", file, "--explain=drops"});
    EXPECT_THAT(kept.out, AllOf(HasSubstr("icmp4_echo_off"), HasSubstr("> 192.0.2.2 "))) << "as it was then";
  }
}

TEST_F(ReplayedCapture, the_first_difference_is_told) {
  const std::string file = captured("echo.pcapng", {}, "ping -c 3 -i 0.01 192.0.2.2");
  const std::string first = tshark(file, "frame.number", {"-Y", "icmp.type == 8"}).at(0);
  const Outcome other = tunstack({"replay", file, "--set", "icmp4.echo=off"});
  EXPECT_EQ(other.status, 1) << other;
  EXPECT_THAT(other.err,
              AllOf(HasSubstr("the same, 3 not"), HasSubstr("the first difference is at packet " + first + ":"),
                    HasSubstr("the capture has  192.0.2.2 > 192.0.2.1  ICMP echo reply"),
                    HasSubstr("now is sent      nothing")));
  EXPECT_THAT(other.out, HasSubstr("icmp4_echo_off"));
}

TEST_F(ReplayedCapture, what_is_not_known_here_is_refused) {
  {
    CaptureWriter writer(
        path("newer.pcapng"),
        {.origin = CaptureOrigin{"9.9", {"--address", "192.0.2.2/24", "--teleport"}, Seed(1), 0s, {true}}});
    writer.finish();
  }
  const Outcome newer = tunstack({"replay", path("newer.pcapng")});
  EXPECT_FAULT(newer, 2);
  EXPECT_THAT(newer.err, HasSubstr("the capture is of tunstack 9.9"));
}

// ---- captures of others ----

class ForeignCapture : public CaptureCommand {
 protected:
  /// A host 198.51.100.7 that is asked and answers, as frames.
  std::string foreign(const std::string& name) const {
    CaptureWriter writer(path(name), {.type = LinkType::ethernet});
    auto time = 1'700'000'000s;
    const Packet ask = echo4({.source = "198.51.100.9", .destination = "198.51.100.7"});
    const Packet answer = echo4({.source = "198.51.100.7", .destination = "198.51.100.9"});
    const Packet who_has = arp_request({.sender = "198.51.100.9", .target = "198.51.100.7"});
    for (const Packet& frame : {who_has, framed(ask), frame_back(answer), framed(ask)})
      writer.write(time++, Direction::in, frame, "");
    writer.finish();
    return path(name);
  }
  static Packet frame_back(const Packet& datagram) { return frame(peer_mac, own_mac, 0x0800, datagram); }
};

TEST_F(ForeignCapture, auto_plays_the_host_that_it_is_about) {
  const Outcome replayed = tunstack({"replay", foreign("in.pcap"), "--address", "auto", "-w", path("out.pcapng")});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.out, AllOf(HasSubstr("arp_request_for_us"), HasSubstr("icmp4_echo_request_for_us")));
  EXPECT_THAT(tshark(path("out.pcapng"), "ip.src", {"-Y", "icmp.type == 0"}),
              ElementsAre("198.51.100.7", "198.51.100.7"));
  EXPECT_THAT(tshark(path("out.pcapng"), "eth.src"), Each(to_text(mac_address(own_mac))));
}

TEST_F(ForeignCapture, where_nothing_is_for_the_stack_auto_is_suggested) {
  const Outcome replayed = tunstack({"replay", foreign("in.pcap")});
  EXPECT_THAT(replayed.err, HasSubstr("none of this is for the stack; most packets are for 198.51.100.7/24\n"
                                      "  try: --address auto"));
  EXPECT_THAT(tunstack({"replay", path("in.pcap"), "--address", "auto"}).err, Not(HasSubstr("try:")));
}

TEST_F(ForeignCapture, capture_adds_our_verdicts_to_all_of_it) {
  const Outcome replayed =
      tunstack({"replay", foreign("in.pcap"), "--address", "auto", "--capture", path("out.pcapng")});
  EXPECT_EQ(replayed.status, 0) << replayed;
  const auto comments = tshark(path("out.pcapng"), "frame.comment", {"-Y", "frame.packet_flags_direction == 1"});
  ASSERT_EQ(comments.size(), 4U);
  EXPECT_THAT(comments[1], HasSubstr("reply icmp4_echo_request_for_us"));
  EXPECT_THAT(comments[2], HasSubstr("drop frame_for_another_station"));
  EXPECT_THAT(tshark(path("out.pcapng"), "frame.comment", {"-Y", "frame.packet_flags_direction == 2"}),
              Contains(EndsWith(" | answers 3")));
  const Outcome piped = shell("$T replay " + path("in.pcap") + " --address auto --capture - | tshark -r - -Y icmp");
  EXPECT_THAT(piped.out, AllOf(HasSubstr("198.51.100.7"), Not(HasSubstr("icmp4_"))));
}

TEST_F(ForeignCapture, packets_that_others_marked_as_sent_are_no_input) {
  {
    CaptureWriter writer(path("in.pcapng"));
    writer.write(1s, Direction::in, echo4(), "");
    writer.write(2s, Direction::out, echo4({.source = "192.0.2.2", .destination = "192.0.2.1"}), "");
    writer.finish();
  }
  const Outcome replayed = tunstack({"replay", path("in.pcapng")});
  EXPECT_EQ(replayed.status, 0) << replayed;
  EXPECT_THAT(replayed.err, AllOf(HasSubstr("1 packet is marked as sent by the host itself, and was left out"),
                                  HasSubstr("tunstack: 1 packets in")));
}

}  // namespace
}  // namespace tunstack::test::capture_test
