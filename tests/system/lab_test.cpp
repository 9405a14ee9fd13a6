// Labs behind real devices: what the kernel's clients find in them, and what the commands about labs say.
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/system/network.hpp"

namespace tunstack::test::lab_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Lab : public SystemTest {
 protected:
  /// A shell script in a lab.
  Outcome in(const std::string& lab, const std::string& script, Command more = {}) const {
    Command command = {"exec", "--lab", lab};
    command.insert(command.end(), more.begin(), more.end());
    command.insert(command.end(), {"--", "sh", "-c", script});
    return tunstack(command, Milliseconds(20'000));
  }
  std::string write(const std::string& text) const {
    const std::string path = testing::TempDir() + "lab-" + std::to_string(::getpid()) + ".toml";
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(Lab, TOPO_001_TOPO_002_nodes_answer_by_their_names) {
  const Outcome pings =
      in("pmtud", "ping -c 1 -4 server; ping -c 1 -6 server; ping -c 1 -4 r1; echo $TUNSTACK_SERVER4");
  EXPECT_EQ(pings.status, 0) << pings;
  EXPECT_THAT(pings.out, HasSubstr("from server (198.51.100.2): icmp_seq=1 ttl=63"));
  EXPECT_THAT(pings.out, HasSubstr("from server (2001:db8:1::2): icmp_seq=1 ttl=63"));
  EXPECT_THAT(pings.out, HasSubstr("from r1 (192.0.2.2): icmp_seq=1 ttl=64"));
  EXPECT_THAT(pings.out, HasSubstr("\n198.51.100.2\n"));
}

TEST_F(Lab, names_are_known_in_the_sandbox_alone) {
  const Outcome inside = in("pmtud", "cat /etc/hosts; ls /proc/hosts");
  EXPECT_THAT(inside.out, AllOf(HasSubstr("198.51.100.2 server\n"), HasSubstr("127.0.0.1")));
  EXPECT_THAT(inside.err, HasSubstr("No such file")) << "where it was made nothing is left";
  EXPECT_THAT(network.shell("cat /etc/hosts").out, Not(HasSubstr("198.51.100.2 server")));
}

TEST_F(Lab, TOPO_001_traceroute_shows_each_router_and_the_host) {
  const Outcome hops = in("chain", "traceroute -q 1 -w 5,0,0 server");
  for (const char* const hop :
       {" 1  r1 (192.0.2.2)", " 2  r2 (198.18.0.3)", " 5  r5 (198.18.0.9)", " 6  server (203.0.113.2)"})
    EXPECT_THAT(hops.out, HasSubstr(hop)) << hops;
}

TEST_F(Lab, TOPO_003_a_loop_ends_by_time_exceeded) {
  EXPECT_THAT(in("loop", "ping -c 1 -W 2 203.0.113.9").out, HasSubstr("Time to live exceeded"));
}

TEST_F(Lab, the_kernel_is_told_of_the_nearer_router) {
  EXPECT_THAT(in("redirect", "ping -c 1 -4 server").out, HasSubstr("Redirect Host(New nexthop: r2 (192.0.2.3))"));
}

TEST_F(Lab, the_kernel_stands_between_two_doors) {
  const Outcome pings = in("between", "ping -c 1 -4 client && ping -c 1 -4 server && ip -br address show tun1");
  EXPECT_EQ(pings.status, 0) << pings;
  EXPECT_THAT(pings.out, HasSubstr("198.51.100.1/24"));
}

TEST_F(Lab, with_changes_it) {
  EXPECT_THAT(in("pmtud", "ping -c 1 -6 -s 1400 -M do server", {"--with", "link.core.mtu=1280"}).out,
              HasSubstr("Packet too big: mtu=1280"));
  EXPECT_FAULT(in("pmtud", "true", {"--with", "link.core.mtu=12"}), 2);
}

TEST_F(Lab, up_says_what_is_behind_the_device) {
  const auto lab = up({"--lab", "pmtud"});
  EXPECT_TRUE(answers("198.51.100.2"));
  lab->signal(SIGINT);
  EXPECT_THAT(lab->wait().err, HasSubstr("behind it the lab pmtud: r1, server"));
}

TEST_F(Lab, a_capture_of_a_lab_is_replayed_in_it) {
  const std::string path = testing::TempDir() + "lab-" + std::to_string(::getpid()) + ".pcapng";
  const Outcome pings = in("pmtud", "ping -c 2 -i 0.1 -4 server", {"--capture", path});
  ASSERT_EQ(pings.status, 0) << pings;
  const Outcome again = tunstack({"replay", path});
  std::filesystem::remove(path);
  EXPECT_EQ(again.status, 0) << again;
  EXPECT_THAT(again.err, HasSubstr("the same")) << again;
}

TEST_F(Lab, TOPO_006_TOPO_007_what_a_bad_link_at_the_door_did_is_not_done_again_in_a_replay) {
  const std::string path = testing::TempDir() + "lab-" + std::to_string(::getpid()) + ".pcapng";
  const Outcome pings =
      in("pmtud",
         "ping -c 10 -i 0.05 -4 server; " + program + " set link.edge.delay=5ms; ping -c 10 -i 0.05 -W 1 -6 server",
         {"--with", "link.edge.loss=30%", "--with", "link.edge.delay=20ms", "--capture", path});
  EXPECT_THAT(pings.out, HasSubstr("% packet loss"));
  const Outcome again = tunstack({"replay", path});
  std::filesystem::remove(path);
  EXPECT_EQ(again.status, 0) << again;
}

TEST_F(Lab, why_goes_along) {
  const Outcome why = tunstack({"why", "--lab", "loop", "192.0.2.1 > 203.0.113.9  ICMP echo request, ttl 2"});
  EXPECT_THAT(why.out, AllOf(HasSubstr("  r1 ..."), HasSubstr("\n  r2\n"), HasSubstr("forward4_ttl_exceeded"))) << why;
}

TEST_F(Lab, TOPO_008_a_broken_file_is_told_line_by_line) {
  const std::string path = write("[host]\nlink = \"egde\"\n[link.edge]\nnet = [\"192.0.2.0/24\"]\nmtuu = 3\n");
  const Outcome check = tunstack({"lab", "check", path});
  EXPECT_EQ(check.status, 2) << check;
  EXPECT_THAT(check.out, HasSubstr(path + ":2:8: there is no link 'egde'\n  try: did you mean edge?"));
  EXPECT_THAT(check.out, HasSubstr(path + ":5:1: 'mtuu' is no key of a link\n  try: did you mean mtu?"));
  const Outcome up = tunstack({"up", "--lab", path});
  EXPECT_FAULT(up, 2);
  EXPECT_THAT(up.err, HasSubstr(path + ":2:8 is wrong"));
  EXPECT_EQ(tunstack({"lab", "check", path, "pmtud"}).status, 2);
  EXPECT_EQ(tunstack({"lab", "check", "pmtud", "ecmp"}).status, 0);
  std::filesystem::remove(path);
}

TEST_F(Lab, TOPO_008_all_files_below_a_directory_are_checked) {
  const std::string folder = testing::TempDir() + "labs-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/more");
  EXPECT_FAULT(tunstack({"lab", "check", folder}), 2);
  const std::string good = tunstack({"lab", "show", "host"}).out;
  std::ofstream(folder + "/a.toml") << good;
  std::ofstream(folder + "/more/b.toml") << good;
  std::ofstream(folder + "/more/c.txt") << "no lab";
  const Outcome both = tunstack({"lab", "check", folder});
  EXPECT_EQ(both.status, 0) << both;
  EXPECT_THAT(both.out, AllOf(HasSubstr("/a.toml: 1 nodes"), HasSubstr("/more/b.toml: 1 nodes")));
  std::ofstream(folder + "/more/b.toml") << "nam = 1\n";
  const Outcome one_wrong = tunstack({"lab", "check", folder});
  EXPECT_EQ(one_wrong.status, 2) << one_wrong;
  EXPECT_THAT(one_wrong.out, AllOf(HasSubstr("/a.toml: 1 nodes"), HasSubstr("/more/b.toml:1:1: 'nam' is no key")));
  std::filesystem::remove_all(folder);
}

TEST_F(Lab, commands_show_labs) {
  EXPECT_THAT(tunstack({"lab", "list"}).out, AllOf(HasSubstr("tunnel-1420"), HasSubstr("historic")));
  EXPECT_THAT(tunstack({"lab", "show", "ecmp"}).out, HasSubstr("name = \"ecmp\""));
  EXPECT_THAT(tunstack({"lab", "new"}).out, HasSubstr("# A lab"));
  EXPECT_THAT(tunstack({"lab", "graph", "ecmp"}).out, HasSubstr("graph \"ecmp\""));
  EXPECT_THAT(tunstack({"lab", "schema"}).out, HasSubstr("json-schema.org"));
  const Outcome path = tunstack({"lab", "path", "chain", "host", "server"});
  EXPECT_EQ(path.status, 0);
  EXPECT_THAT(path.out, HasSubstr("  r5  by far to 203.0.113.2\n"));
  EXPECT_EQ(tunstack({"lab", "path", "loop", "host", "203.0.113.9"}).status, 1);
  EXPECT_FAULT(tunstack({"lab", "path", "chain", "hots", "server"}), 2);
  const Outcome unknown = tunstack({"lab", "show", "pmtu"});
  EXPECT_FAULT(unknown, 2);
  EXPECT_THAT(unknown.err, HasSubstr("did you mean pmtud?"));
}

TEST_F(Lab, what_a_lab_says_itself_is_not_said_beside_it) {
  for (const Command& said : {Command{"--chain", "3"},
                              {"--door", "tun1=192.0.2.2/24"},
                              {"--set", "icmp4.echo=off"},
                              {"--loss", "1%"},
                              {"192.0.2.9/24"},
                              {"--host", "192.0.2.7/24"},
                              {"--tap"}}) {
    Command command = {"up", "--lab", "pmtud"};
    command.insert(command.end(), said.begin(), said.end());
    const Outcome refused = tunstack(command);
    EXPECT_FAULT(refused, 2);
    EXPECT_THAT(refused.err, HasSubstr("--lab and ")) << refused;
  }
}

}  // namespace
}  // namespace tunstack::test::lab_test
