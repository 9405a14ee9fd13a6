// Whether this process may use what the stack stands on. Each probe undoes what it tried.
#pragma once

namespace tunstack {

bool has_tun_driver();       // /dev/net/tun exists
bool can_open_tun();         // and this user may open it
bool can_make_namespaces();  // and administer what is in them; tried, in a child process
bool has_nft();              // nft runs and the kernel answers it, tried in a private network

}  // namespace tunstack
