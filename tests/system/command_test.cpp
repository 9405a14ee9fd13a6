// The commands that only print.
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/system/network.hpp"

namespace tunstack::test::command_test {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Commands : public SystemTest {
 protected:
  std::string output_of(const Command& arguments) const {
    const Outcome outcome = tunstack(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome;
    EXPECT_EQ(outcome.err, "");
    EXPECT_NE(outcome.out, "");
    return outcome.out;
  }
};

TEST_F(Commands, doctor_finds_that_exec_works_here) {
  const std::string said = output_of({"doctor"});
  for (const std::string& line : lines_of(said))
    EXPECT_THAT(line, AnyOf(StartsWith("yes  "), StartsWith("no   "), StartsWith("     fix: ")));
  EXPECT_THAT(said, HasSubstr("yes  private networks can be made"));
  EXPECT_FALSE(network.link()) << "it changes nothing";
}

TEST_F(Commands, doctor_names_what_is_missing) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to hide /dev/net/tun from the command");
  const Outcome doctor =
      network.run({"unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/net && exec " + program + " doctor"});
  EXPECT_EQ(doctor.status, 3) << doctor;
  EXPECT_THAT(doctor.out, StartsWith("no   the kernel has TUN devices"));
  EXPECT_THAT(doctor.out, HasSubstr("fix: modprobe tun"));
}

TEST_F(Commands, doctor_does_not_call_devices_possible_without_what_they_need) {
  SKIP_UNLESS(::geteuid() == 0, "needs root, to hide /dev/net/tun from the command");
  const Outcome doctor =
      network.run({"unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/net && exec " + program + " doctor --json"});
  const auto json = nlohmann::json::parse(doctor.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << doctor;
  EXPECT_FALSE(json.at("exec_works").get<bool>());
  std::map<std::string, bool> ok;
  for (const auto& check : json.at("checks")) {
    ok[check.at("check")] = check.at("ok");
    EXPECT_EQ(check.at("remedy").is_null(), check.at("ok").get<bool>()) << check;
  }
  EXPECT_THAT(ok, testing::IsSupersetOf({std::pair<const std::string, bool>("tun_driver", false),
                                         {"tun_open", false},
                                         {"private_networks", true},
                                         {"host_devices", false}}));
}

// As it is printed, by the root of a user namespace, whose limits are its own.
TEST_F(Commands, the_remedy_of_doctor_for_private_networks_works_as_it_is_printed) {
  const std::string mend =
      "said=$(" + program +
      " doctor); eval \"$(echo \"$said\" | grep -A1 -F \"$1\" | "
      "sed -n 's/^     fix: \\(.*\\)    (as root.*/\\1/p')\" >&2; echo \"$said\"; echo then; exec " +
      program + " doctor";
  const Outcome networks =
      network.run({"unshare", "--user", "--map-root-user", "bash", "-c",
                   "echo 0 >/proc/sys/user/max_net_namespaces; " + mend, "sh", "private networks can be made"});
  EXPECT_THAT(networks.out, testing::ContainsRegex("no   private networks(.|\n)*then(.|\n)*yes  private networks"));
}

TEST_F(Commands, rules_and_options_print_all_three_forms) {
  for (const char* command : {"rules", "options"}) {
    output_of({command});
    EXPECT_THAT(output_of({command, "--markdown"}), StartsWith("# "));
    const auto json = nlohmann::json::parse(output_of({command, "--json"}), nullptr, false);
    EXPECT_TRUE(json.is_array() && !json.empty()) << command;
  }
}

TEST_F(Commands, options_have_the_defaults_that_set_accepts) {
  for (const auto& option : nlohmann::json::parse(output_of({"options", "--json"}))) {
    const nlohmann::json& value = option.at("default");
    const std::string written = value.is_string() ? value.get<std::string>() : value.dump();
    const std::string setting = option.at("key").get<std::string>() + "=" + written;
    EXPECT_EQ(tunstack({"up", "--tap", "--dry-run", "--set", setting}).status, 0) << setting;
  }
}

TEST_F(Commands, options_have_values_with_types) {
  const auto options = nlohmann::json::parse(output_of({"options", "--json", "icmp4.echo", "ip4.ttl", "nd.adv.min"}));
  ASSERT_EQ(options.size(), 3U);
  EXPECT_EQ(options[0].at("default"), 64);
  EXPECT_EQ(options[0].at("effect"), "at once");
  EXPECT_EQ(options[1].at("default"), true);
  EXPECT_EQ(options[2].at("default"), "auto");
  EXPECT_EQ(options[2].at("decision"), "D-16");
}

TEST_F(Commands, options_and_rules_are_looked_up) {
  const auto found = [&](const Command& command) {
    std::set<std::string> names;
    for (const auto& row : nlohmann::json::parse(output_of(command)))
      names.insert(row.at(row.contains("key") ? "key" : "reason").get<std::string>());
    return names;
  };
  EXPECT_THAT(found({"options", "--json", "ip4.pmtu", "mld.enable"}),
              testing::ElementsAre("ip4.pmtu.age", "ip4.pmtu.min", "mld.enable"));
  EXPECT_THAT(found({"options", "--json", "v4.ttl"}), testing::ElementsAre("ip4.ttl")) << "a former key";
  EXPECT_THAT(found({"rules", "--json", "icmp4_echo_to_group"}), testing::ElementsAre("icmp4_echo_to_group"));
  EXPECT_THAT(found({"rules", "--json", "V4-RX-003"}),
              testing::ElementsAre("ipv4_header_beyond_total_length", "ipv4_header_length_below_5",
                                   "ipv4_shorter_than_header"));
  EXPECT_THAT(found({"rules", "--json", "link"}), testing::Contains("frame_shorter_than_header"));
  EXPECT_FAULT(tunstack({"rules", "icmp4_echo_to_grup"}), 2);
  EXPECT_THAT(tunstack({"rules", "icmp4_echo_to_grup"}).err, HasSubstr("did you mean icmp4_echo_to_group?"));
  EXPECT_FAULT(tunstack({"options", "icmp4.ecko"}), 2);
}

TEST_F(Commands, version) { EXPECT_THAT(output_of({"--version"}), testing::MatchesRegex("tunstack [0-9.]+\n")); }

TEST_F(Commands, help_has_examples_before_the_options) {
  output_of({"--help"});
  for (const char* command : {"up", "exec", "doctor", "rules", "options"}) {
    const std::string help = output_of({command, "--help"});
    const std::size_t examples = help.find("Examples:");
    EXPECT_NE(examples, std::string::npos) << help;
    EXPECT_LT(examples, help.find("Options:")) << help;
  }
}

TEST_F(Commands, help_has_one_form_for_all) {
  const std::string all = network.shell("COLUMNS=80 " + program + " --help").out;
  for (const char* command : {"up", "exec", "replay", "state", "watch", "get", "set", "send", "why", "doctor", "rules",
                              "options", "help", "version", "completion"}) {
    EXPECT_THAT(all, HasSubstr(std::string("\n  ") + command + " "));
    const std::string help = network.shell("COLUMNS=80 " + program + " " + command + " --help").out;
    EXPECT_THAT(help, HasSubstr(std::string("\nUsage: tunstack ") + command + " [OPTIONS]")) << help;
    EXPECT_EQ(network.shell("COLUMNS=80 " + program + " help " + command).out, help);
    for (const char* word : {"TEXT", "FLOAT", "UINT", "INT", "{all"}) EXPECT_THAT(help, Not(HasSubstr(word))) << help;
  }
  EXPECT_LT(std::ranges::count(all, '\n'), 40) << all;
}

TEST_F(Commands, help_is_as_wide_as_the_terminal) {
  const std::string help = network.shell("COLUMNS=60 " + program + " up --help").out;
  for (std::size_t at = 0, end = help.find('\n'); end != std::string::npos; at = end + 1, end = help.find('\n', at)) {
    const std::string line = help.substr(at, end - at);
    EXPECT_TRUE(line.size() <= 60 || line.starts_with("  tunstack ")) << line;
  }
}

TEST_F(Commands, a_reader_that_has_seen_enough_is_no_fault) {
  const Outcome head = network.shell(program + " rules --json | head -n 1");
  EXPECT_EQ(head.out, "[\n");
  EXPECT_EQ(head.err, "");
}

// ---- why ----

TEST_F(Commands, why_says_what_decides_and_what_would_bring_another_answer) {
  const Outcome why = tunstack({"why", "192.0.2.1 > 192.0.2.255  ICMP echo request"});
  EXPECT_EQ(why.status, 0) << why;
  EXPECT_THAT(why.out, AllOf(HasSubstr("icmp4_echo_to_group"), HasSubstr("--set icmp4.echo_broadcast=on"),
                             HasSubstr("https://www.rfc-editor.org/rfc/rfc1122#section-3.2.2.6")));
}

TEST_F(Commands, why_takes_the_options_of_the_stack) {
  const Outcome why =
      tunstack({"why", "198.51.100.1 > 198.51.100.7 ICMP echo request", "--address", "198.51.100.7/24", "--json"});
  EXPECT_EQ(why.status, 0) << why;
  EXPECT_THAT(why.out, HasSubstr("\"verdict\": \"reply\""));
}

TEST_F(Commands, why_reads_a_packet_of_a_capture_hexadecimal_digits_and_stdin) {
  const std::string echo = "45 00 00 1c 00 00 00 00 40 01 f6 e0 c0 00 02 01 c0 00 02 02 08 00 f7 ff 00 00 00 00";
  EXPECT_THAT(tunstack({"why", echo}).out, HasSubstr("icmp4_echo_request_for_us"));
  const Outcome piped =
      network.run({"sh", "-c", "echo '192.0.2.1 > 192.0.2.2 UDP 1 > 2' | exec \"$0\" why -", program});
  EXPECT_THAT(piped.out, HasSubstr("udp4_port_closed")) << piped;
  const Outcome captured = network.run({"sh", "-c",
                                        "f=$(mktemp) && \"$0\" exec --capture $f.pcapng -- ping -c 1 192.0.2.2 >$f && "
                                        "\"$0\" why $f.pcapng:1; rm -f $f $f.pcapng",
                                        program});
  EXPECT_THAT(captured.out, HasSubstr("rows pass")) << captured;
}

TEST_F(Commands, why_takes_frames_of_ethernet) {
  const Outcome arp = tunstack({"why", "--tap", "ARP who has 192.0.2.7, tell 192.0.2.1"});
  EXPECT_THAT(arp.out, AllOf(HasSubstr("arp_target_not_ours"), HasSubstr("target 192.0.2.2"))) << arp;
  const std::string foreign = "02:00:5e:00:53:01 > 02:00:5e:00:53:99, 192.0.2.1 > 192.0.2.2 ICMP echo request";
  EXPECT_THAT(tunstack({"why", "--tap", foreign}).out, HasSubstr("frame_for_another_station"));
  EXPECT_FAULT(tunstack({"why", foreign}), 2);
  const Outcome digits = tunstack({"why", "--tap",
                                   "ffffffffffff 02005e005301 0806 000108000604000102005e005301 "
                                   "c0000201 000000000000 c0000202"});
  EXPECT_THAT(digits.out, HasSubstr("arp_request_for_us")) << digits;
  EXPECT_THAT(tunstack({"why", "--tap", "192.0.2.1 > 192.0.2.2 ICMP echo request"}).out,
              HasSubstr("icmp4_echo_request_for_us"));
  EXPECT_THAT(tunstack({"why", "--tap", "arp_target_not_ours"}).out, HasSubstr("tunstack why --tap '"));
}

TEST_F(Commands, why_takes_frames_of_a_capture_with_those_before_it) {
  const Outcome captured =
      network.run({"sh", "-c",
                   "f=$(mktemp) && \"$0\" exec --tap --capture $f.pcapng -- ping -c 1 192.0.2.2 >$f; "
                   "for i in $(seq 40); do \"$0\" why --tap $f.pcapng:$i; done; rm -f $f $f.pcapng",
                   program});
  EXPECT_THAT(captured.out, AllOf(HasSubstr("ARP who has 192.0.2.2"), HasSubstr("arp_request_for_us"))) << captured;
}

TEST_F(Commands, why_explains_a_reason) {
  const Outcome why = tunstack({"why", "icmp4_echo_to_group"});
  EXPECT_EQ(why.status, 0) << why;
  EXPECT_THAT(why.out, AllOf(HasSubstr("ICMP4-ECHO-004"), HasSubstr("#section-3.2.2.6")));
}

TEST_F(Commands, why_refuses_what_is_no_question) {
  EXPECT_FAULT(tunstack({"why"}), 2);
  EXPECT_FAULT(tunstack({"why", "192.0.2.1 > 192.0.2.2"}), 2);
  EXPECT_FAULT(tunstack({"why", "icmp4_echo_to_gruop"}), 2);
  EXPECT_THAT(tunstack({"why", "icmp4_echo_to_gruop"}).err, HasSubstr("icmp4_echo_to_group"));
  EXPECT_FAULT(tunstack({"why", "/dev/null:1"}), 2);
}

}  // namespace
}  // namespace tunstack::test::command_test
