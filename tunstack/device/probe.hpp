// Whether this process may use what the stack stands on. Each probe undoes what it tried.
#pragma once

namespace tunstack {

bool has_tun_driver();          // /dev/net/tun exists
bool can_open_tun();            // and this user may open it
bool can_administer_network();  // CAP_NET_ADMIN on this host
bool can_make_namespaces();     // tried, in a child process
bool has_nft();                 // nft runs and the kernel answers it, tried in a private network

}  // namespace tunstack
