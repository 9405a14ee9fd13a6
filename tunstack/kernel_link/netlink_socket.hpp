#pragma once

#include <memory>

struct mnl_socket;

namespace tunstack {

struct CloseNetlinkSocket {
  void operator()(mnl_socket* socket) const;
};
using NetlinkSocket = std::unique_ptr<mnl_socket, CloseNetlinkSocket>;

}  // namespace tunstack
