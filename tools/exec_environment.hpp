// What the command of `tunstack exec` finds in its environment, and what a person at a terminal is told.
#pragma once

#include <string>

#include "tools/session.hpp"

namespace tunstack {

/// TUNSTACK_DEV, TUNSTACK_ADDRESS4 and 6 (the stack's), TUNSTACK_HOST4 and 6 (the kernel's), TUNSTACK_SERVER4 and 6 (of
/// the host at the end of a chain); what there is not is unset. Of several links the first one's.
void export_addresses(const HostPlan& plan, const Network& network, const std::string& device);

/// The first of a node called server; empty if there is none.
std::string address_of_server(const Network& network);

/// "3 routers and a host called server: 203.0.113.3 and 2001:db8:2::3", "the lab pmtud: r1, server", or nothing of a
/// node alone.
std::string text_behind(const HostPlan& plan, const Network& network);

/// Whether a shell started now would talk with a person.
bool is_interactive();
/// A prompt that says where one is, in shells that take theirs from the environment.
void export_prompt();
/// `target`: what answers a ping, if anything does.
std::string greeting(const HostPlan& plan, const Session& session, const std::string& target);

}  // namespace tunstack
