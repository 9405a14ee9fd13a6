#include "protocols/base/reason.hpp"

#include <array>

namespace tunstack {

namespace {

struct Row {
  Reason reason;
  std::string_view name, rfc, section, requirement, text;
};

// The area of a row is the file that it stands in.
struct Area {
  std::string_view name;
  std::size_t size;
};

#define REASON(name, rfc, section, requirement, text) +1
constexpr std::array areas = {
    Area{"device", 0
#include "protocols/base/reasons/device.def"
    },
    Area{"link", 0
#include "protocols/base/reasons/link.def"
    },
    Area{"discovery", 0
#include "protocols/base/reasons/discovery.def"
    },
    Area{"router", 0
#include "protocols/base/reasons/router.def"
    },
    Area{"advertising", 0
#include "protocols/base/reasons/advertising.def"
    },
    Area{"irdp", 0
#include "protocols/base/reasons/irdp.def"
    },
    Area{"redirect", 0
#include "protocols/base/reasons/redirect.def"
    },
    Area{"address", 0
#include "protocols/base/reasons/address.def"
    },
    Area{"group", 0
#include "protocols/base/reasons/group.def"
    },
    Area{"ipv4", 0
#include "protocols/base/reasons/ipv4.def"
    },
    Area{"ipv6", 0
#include "protocols/base/reasons/ipv6.def"
    },
    Area{"forwarding", 0
#include "protocols/base/reasons/forwarding.def"
    },
    Area{"fragment", 0
#include "protocols/base/reasons/fragment.def"
    },
    Area{"path_mtu", 0
#include "protocols/base/reasons/path_mtu.def"
    },
    Area{"icmp", 0
#include "protocols/base/reasons/icmp.def"
    },
    Area{"suppression", 0
#include "protocols/base/reasons/suppression.def"
    },
    Area{"transport", 0
#include "protocols/base/reasons/transport.def"
    },
    Area{"request", 0
#include "protocols/base/reasons/request.def"
    },
    Area{"network", 0
#include "protocols/base/reasons/network.def"
    },
};
#undef REASON

constexpr Row rows[] = {
#define REASON(name, rfc, section, requirement, text) Row{Reason::name, #name, rfc, section, requirement, text},
#include "protocols/base/reasons/all.def"
#undef REASON
};

constexpr std::array<ReasonInfo, reason_count> make_reasons() {
  std::array<ReasonInfo, reason_count> reasons{};
  std::size_t next = 0;
  for (const Area& area : areas)
    for (std::size_t i = 0; i < area.size; ++i, ++next) {
      const Row& row = rows[next];
      reasons[next] = {row.reason, area.name, row.name, row.rfc, row.section, row.requirement, row.text};
    }
  return reasons;
}

constexpr auto reasons = make_reasons();
static_assert(reasons.back().reason == Reason{reason_count - 1}, "all.def and the areas above differ in order");

}  // namespace

std::span<const ReasonInfo> all_reasons() { return reasons; }
const ReasonInfo& info(Reason reason) { return reasons[index_of(reason)]; }

}  // namespace tunstack
