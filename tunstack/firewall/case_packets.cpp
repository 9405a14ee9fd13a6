#include "tunstack/firewall/case_packets.hpp"
