#include "protocols/icmp/suppression.hpp"

namespace tunstack::icmp {

bool is_icmpv4_error(std::uint8_t type) {
  switch (static_cast<Icmpv4Type>(type)) {
    case Icmpv4Type::destination_unreachable:
    case Icmpv4Type::source_quench:
    case Icmpv4Type::redirect:
    case Icmpv4Type::time_exceeded:
    case Icmpv4Type::parameter_problem:
    case Icmpv4Type::conversion_error:
    case Icmpv4Type::mobile_host_redirect:
    case Icmpv4Type::photuris:
      return true;
    default:
      return false;
  }
}

bool is_known_icmpv4_type(std::uint8_t type) {
  switch (type) {
    case 1:
    case 2:
    case 7:
      return false;  // unassigned
    default:
      return type <= 18 || (type >= 30 && type <= 43) || type == 253 || type == 254;
  }
}

}  // namespace tunstack::icmp
