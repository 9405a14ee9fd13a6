// Command lines that are wrong: status 2 and three lines, and nothing happens.
#include "tests/system/network.hpp"

namespace tunstack::test::usage_test {
namespace {

using testing::HasSubstr;

struct Wrong {
  const char* name;
  Command arguments;
  const char* said;  // within the three lines
};

std::ostream& operator<<(std::ostream& stream, const Wrong& wrong) { return stream << wrong.name; }

class WrongUsage : public SystemTest, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongUsage, is_told_in_three_lines) {
  const Outcome outcome = tunstack(GetParam().arguments, Milliseconds(3000));
  EXPECT_FAULT(outcome, 2);
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().said));
  EXPECT_FALSE(network.link());
}

INSTANTIATE_TEST_SUITE_P(
    Program, WrongUsage,
    testing::Values(Wrong{"no_command", {}, "--help"}, Wrong{"unknown_command", {"exce"}, "did you mean exec?"},
                    Wrong{"unknown_option", {"up", "--adress", "x"}, "--adress"},
                    Wrong{"option_of_another_command", {"exec", "--markdown", "--", "true"}, "--markdown"},
                    Wrong{"two_formats", {"rules", "--json", "--markdown"}, "--json"},
                    Wrong{"transitions_of_a_device", {"state", "--transitions", "--dev", "tun0"}, "--transitions"},
                    Wrong{"process_without_a_number", {"state", "--pid", "abc"}, "--pid"},
                    Wrong{"argument_of_rules", {"rules", "extra"}, "'extra'"},
                    Wrong{"arguments_behind_dashes_of_up", {"up", "--", "198.51.100.2/24"}, "--"},
                    Wrong{"arguments_behind_dashes_of_doctor", {"doctor", "--", "true"}, "--"}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Addresses, WrongUsage,
    testing::Values(Wrong{"no_address", {"up", "300.1.1.1/24"}, "300.1.1.1/24"},
                    Wrong{"prefix_too_long", {"up", "192.0.2.2/33"}, "192.0.2.2/33"},
                    Wrong{"ipv6_prefix_too_long", {"up", "2001:db8::2/129"}, "2001:db8::2/129"},
                    Wrong{"prefix_of_all", {"up", "192.0.2.2/0"}, "length 0"},
                    Wrong{"prefix_of_all_for_the_kernel", {"up", "192.0.2.2/24", "--host", "192.0.2.1/0"}, "length 0"},
                    Wrong{"multicast", {"up", "224.0.0.1/24"}, "multicast"},
                    Wrong{"ipv6_multicast", {"up", "ff02::1/64"}, "multicast"},
                    Wrong{"loopback", {"up", "127.0.0.1/8"}, "loopback"},
                    Wrong{"broadcast_of_its_prefix", {"up", "192.0.2.255/24"}, "broadcast"},
                    Wrong{"twice", {"up", "192.0.2.2/24", "192.0.2.2/25"}, "twice"},
                    Wrong{"both_ends", {"up", "192.0.2.2/24", "--host", "192.0.2.2/24"}, "both ends"},
                    Wrong{"no_room_for_the_host", {"up", "192.0.2.2/32"}, "--host"},
                    Wrong{"bad_host", {"up", "--host", "nobody"}, "'nobody'"}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, WrongUsage,
    testing::Values(
        Wrong{"mtu_no_number", {"up", "--mtu", "abc"}, "--mtu"},
        Wrong{"mac_without_frames", {"up", "--mac", "02:00:5e:00:53:01"}, "--mac needs --tap"},
        Wrong{"gateway_without_frames", {"up", "--gateway", "192.0.2.1"}, "--gateway needs --tap"},
        Wrong{"advertising_host", {"up", "--set", "irdp.adv.enable=on"}, "--role router"},
        Wrong{"proxying_host", {"up", "--set", "arp.proxy=198.51.100.0/24"}, "--role router"},
        Wrong{"querying_host", {"up", "--set", "mld.querier=on"}, "--role router"},
        Wrong{"setting_without_effect", {"up", "--set", "dad.transmits=2"}, "dad.transmits needs --tap"},
        Wrong{"former_key_without_effect", {"exec", "--set", "acd.enable=on", "true"}, "leave out --set acd.enable=on"},
        Wrong{"route_to_nothing", {"up", "--route", "everywhere"}, "the word default"},
        Wrong{"route_with_host_bits", {"up", "--route", "192.0.2.9/24"}, "try: --route 192.0.2.0/24"},
        Wrong{"route_of_a_family_without_address",
              {"up", "192.0.2.2/24", "--route", "2001:db8:7::/48"},
              "the stack has no IPv6 address"},
        Wrong{"route_of_a_link_that_is_left_alone", {"up", "--host", "none", "--route", "default"}, "exclude"},
        Wrong{"mtu_negative", {"up", "--mtu", "-5"}, "-5"}, Wrong{"mtu_too_large", {"up", "--mtu", "65536"}, "65535"},
        Wrong{"set_without_value", {"up", "--set", "icmp4.echo"}, "KEY=VALUE"},
        Wrong{"set_unknown_key", {"up", "--set", "icmp4.ecoh=on"}, "did you mean icmp4.echo?"},
        Wrong{"set_bad_value", {"up", "--set", "icmp4.echo=maybe"}, "icmp4.echo takes on or off"},
        Wrong{"bad_profile", {"up", "--profile", "soft"}, "hardened"},
        Wrong{"unknown_user", {"up", "--user", "nobody-of-this-name"}, "no user"},
        Wrong{"no_sandbox_to_leave_out", {"doctor", "--no-sandbox"}, "--security"},
        Wrong{"bad_explain", {"up", "--explain=x"}, "--explain"},
        Wrong{"duration_negative", {"up", "--duration", "-1"}, "--duration"},
        Wrong{"duration_no_number", {"up", "--duration", "abc"}, "--duration"},
        Wrong{"duration_not_a_number", {"up", "--duration", "nan"}, "--duration"},
        Wrong{"duration_beyond_the_clock", {"up", "--duration", "1e300"}, "--duration"},
        Wrong{"option_without_its_value", {"up", "--dev"}, "--dev"},
        Wrong{"empty_value_does_not_eat_the_next_option", {"up", "--dev=", "--dry-run"}, "--dev"}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Words, WrongUsage,
    testing::Values(Wrong{"seed_negative", {"up", "--seed", "-1"}, "whole number from 0 to 18446744073709551615"},
                    Wrong{"seed_too_large", {"up", "--seed", "99999999999999999999999"}, "whole number"},
                    Wrong{"seed_hexadecimal", {"up", "--seed", "0x10"}, "whole number"},
                    Wrong{"mtu_with_exponent", {"up", "--mtu", "1e3"}, "leave it out for the default, 1500"},
                    Wrong{"value_missing", {"up", "--host"}, "--host ADDR/LEN"},
                    Wrong{"value_of_a_flag", {"up", "--json=3"}, "--json takes no value"},
                    Wrong{"given_twice", {"up", "--mtu", "1400", "--mtu", "1400"}, "more than once"},
                    Wrong{"argument_missing", {"why"}, "tunstack why [OPTIONS] QUESTION"},
                    Wrong{"one_of_several_words", {"up", "--explain=x"}, "one of all, drops, story, off"},
                    Wrong{"unit_of_another_kind", {"up", "--duration", "30KiB"}, "500ms"},
                    Wrong{"wait_no_number", {"send", "x", "--within", "soon"}, "500ms"},
                    Wrong{"exclude_each_other", {"rules", "--json", "--markdown"}, "exclude each other"},
                    Wrong{"needs_another", {"doctor", "--no-sandbox"}, "--no-sandbox needs --security"},
                    Wrong{"help_for_nothing", {"help", "exce"}, "did you mean exec?"}),
    [](const auto& wrong) { return wrong.param.name; });

INSTANTIATE_TEST_SUITE_P(
    CommandsOfCommands, WrongUsage,
    testing::Values(
        Wrong{"none", {"firewall"}, "tunstack firewall needs to be told what to do"},
        Wrong{"near", {"firewall", "tset", "x"}, "did you mean test? tunstack firewall --help lists all"},
        Wrong{"of_the_program", {"firewall", "up"}, "unknown command 'up'"},
        Wrong{"unknown_before_a_known_one", {"firewall", "fast", "test"}, "unknown command 'fast'"},
        Wrong{"argument_missing", {"firewall", "test"}, "try: tunstack firewall test FILE, or - for stdin"},
        Wrong{
            "argument_too_many", {"firewall", "diff", "a", "b", "c"}, "try: tunstack firewall diff [OPTIONS] OLD NEW"},
        Wrong{"one_without_its_other", {"why", "--router", "outside=a,inside=b", "x"}, "--router needs --ruleset"},
        Wrong{"excluded", {"firewall", "list", "--markdown", "H4-T"}, "exclude"},
        Wrong{"unknown_option", {"firewall", "list", "--jsno"}, "'tunstack firewall list' has no such option"},
        Wrong{"option_too_early", {"firewall", "--frames", "list"}, "'tunstack firewall' has no such option"},
        Wrong{"option_before_all", {"--json", "rules"}, "'tunstack' has no such option"},
        Wrong{"value_of_a_flag", {"firewall", "list", "--help=3"}, "--help takes no value"},
        Wrong{"help_for_one_that_is_not_there", {"help", "firewall", "lst"}, "did you mean list?"},
        Wrong{"help_below_one_without_any", {"help", "up", "x"}, "'tunstack up' has no commands"}),
    [](const auto& wrong) { return wrong.param.name; });

class Help : public SystemTest {
 protected:
  std::string of(const Command& arguments) const {
    const Outcome outcome = tunstack(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome;
    return outcome.out;
  }
};

TEST_F(Help, of_a_command_of_commands_lists_them) {
  const std::string text = of({"firewall", "--help"});
  EXPECT_THAT(text, HasSubstr("\nUsage: tunstack firewall COMMAND [OPTIONS] ...\n"));
  EXPECT_THAT(text, HasSubstr("\nCommands ('tunstack firewall COMMAND --help' says more):\n  test  "));
  EXPECT_THAT(of({"--help"}), testing::AllOf(HasSubstr("\nCommands ('tunstack COMMAND --help' says more):\n  up  "),
                                             HasSubstr("\n  firewall  "), testing::Not(HasSubstr("\n  test  "))));
}

TEST_F(Help, is_the_same_whichever_way_it_is_asked_for_at_any_depth) {
  EXPECT_THAT(of({"firewall", "test", "--help"}),
              HasSubstr("\nUsage: tunstack firewall test [OPTIONS] [RULESET]...\n"));
  EXPECT_EQ(of({"help"}), of({"--help"}));
  EXPECT_EQ(of({"help", "firewall"}), of({"firewall", "--help"}));
  EXPECT_EQ(of({"help", "firewall", "test"}), of({"firewall", "test", "--help"}));
  EXPECT_EQ(of({"firewall", "--help", "test"}), of({"firewall", "test", "--help"}));
}

class Words : public SystemTest {};

TEST_F(Words, of_the_parser_never_reach_the_user) {
  const std::vector<Command> wrong = {{"up", "--mtu", "1e3"}, {"up", "--host"},        {"up", "--json=3"},
                                      {"up", "--explain=x"},  {"up", "--pid-file"},    {"replay"},
                                      {"why", "--mtu"},       {"state", "--pid", "x"}, {"rules", "--json=1"}};
  for (const Command& arguments : wrong) {
    const Outcome outcome = tunstack(arguments);
    EXPECT_FAULT(outcome, 2);
    for (const char* word : {"Could not convert", "required", "not in {", "TEXT", "At Most", "received", "ERROR"})
      EXPECT_THAT(outcome.err, testing::Not(HasSubstr(word))) << outcome.err;
  }
}

TEST_F(Words, suggested_only_where_they_are_near) {
  for (const char* command : {"ping", "version!", "zzz", "dumb"})
    EXPECT_THAT(tunstack({command}).err, testing::Not(HasSubstr("did you mean up"))) << command;
}

TEST_F(Words, output_that_cannot_be_written_is_told) {
  for (const char* command : {"options", "rules", "doctor", "--help", "version"}) {
    const Outcome outcome = network.shell(std::string(TUNSTACK_PROGRAM " ") + command + " >/dev/full");
    EXPECT_FAULT(outcome, 3);
    EXPECT_THAT(outcome.err, HasSubstr("cannot write to stdout")) << command;
  }
}

class DeviceName : public SystemTest {};

TEST_F(DeviceName, that_the_kernel_would_not_take) {
  const std::vector<std::string> names = {
      "", ".", "..", "a/b", "tun 0", "a:b", "a\tb", "a%b", "tun%", "%d%d", std::string(16, 'a')};
  for (const std::string& name : names) {
    const Outcome outcome = tunstack({"up", "--dev", name});
    EXPECT_FAULT(outcome, 2);
    EXPECT_THAT(outcome.err, HasSubstr("1 to 15 characters")) << name;
  }
  EXPECT_EQ(tunstack({"up", "--dev", std::string(15, 'a'), "--duration", "0.01"}).status, 0);
}

TEST_F(DeviceName, of_another_kind_of_link) {
  ASSERT_EQ(network.shell("ip tuntap add dev frames mode tap").status, 0);
  const Outcome loopback = tunstack({"up", "--dev", "lo"});
  EXPECT_FAULT(loopback, 2);
  EXPECT_THAT(loopback.err, HasSubstr("lo is no TUN device"));
  const Outcome frames = tunstack({"up", "--dev", "frames"});
  EXPECT_FAULT(frames, 2);
  EXPECT_THAT(frames.err, HasSubstr("add --tap"));
  EXPECT_EQ(tunstack({"up", "--tap", "--dev", "frames", "--duration", "0.01"}).status, 0);
}

}  // namespace
}  // namespace tunstack::test::usage_test
