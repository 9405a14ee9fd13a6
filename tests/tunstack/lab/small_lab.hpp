// A lab that says something of everything, for tests to change.
#pragma once

#include <gmock/gmock.h>

#include <string>

#include "tunstack/lab/lab_reader.hpp"

namespace tunstack::test {

/// The host, r1 and server in a row.
inline const std::string small_lab = R"(name = "base"
seed = 1
[host]
link = "edge"
addresses = ["192.0.2.1/24", "2001:db8::1/64"]
routes = ["198.51.100.0/24"]
[link.edge]
net = ["192.0.2.0/24", "2001:db8::/64"]
[link.core]
net = ["198.51.100.0/24", "2001:db8:1::/64"]
mtu = 1400
delay = "10ms"
[node.r1]
role = "router"
options = { "icmp4.quote" = 8 }
interfaces.left = { link = "edge", addresses = ["192.0.2.2/24", "2001:db8::2/64"] }
interfaces.right = { link = "core" }
[[node.r1.filter]]
match = "udp dst port 53"
action = "prohibit"
[node.server]
services = ["udp-echo"]
interfaces.eth0 = { link = "core" }
misbehave = { silent = true }
[[event]]
at = "1s"
do = "ping host server -c 3"
[[event]]
set = { "link.core.mtu" = 1300 }
[[event]]
send = "host: 192.0.2.1 > 198.51.100.2 UDP 4000 > 9, ttl 1"
[[expect]]
node = "r1"
match = "icmp"
reason = "forward4_ttl_exceeded"
count = ">=1"
[[expect]]
of = "ping 1"
loss = "<= 34%"
[[expect]]
state = "host.path_mtu[198.51.100.2]"
equals = 1300
)";

/// With `before` in it replaced once.
inline std::string small_lab_with(const std::string& before, const std::string& after) {
  std::string text = small_lab;
  const std::size_t at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

/// Of a text without faults.
inline lab::LabFile read_good_lab(const std::string& text, const std::vector<std::string>& with = {}) {
  lab::LabReading reading = lab::read_lab(text, with);
  EXPECT_TRUE(reading.faults.empty()) << lab::faults_text(reading.faults, "lab");
  return std::move(reading.file);
}

}  // namespace tunstack::test
