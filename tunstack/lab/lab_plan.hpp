// A lab file as a network: nodes, links and routes, and the doors at which somebody is connected.
#pragma once

#include "tunstack/lab/lab_file.hpp"
#include "tunstack/network/network_plan.hpp"
#include "tunstack/programs/programs.hpp"

namespace tunstack::lab {

struct DoorRoute {
  IpPrefix prefix;
  std::optional<IpAddress> gateway = {};  // where the link has frames
};

/// A door as who is outside sees it, by its number in the network.
struct PlannedDoor {
  std::string name, device;
  std::size_t mtu = 1500;
  bool tap = false;
  std::vector<IpPrefix> addresses = {};
  std::vector<DoorRoute> routes = {};
};

struct LabPlan {
  std::string name;
  NetworkPlan network;
  std::vector<PlannedDoor> doors;
  std::vector<NamedAddress> names;  // of nodes and doors, by which a node answers first
};

/// Of a file without faults.
LabPlan plan_lab(const LabFile& file);

}  // namespace tunstack::lab
