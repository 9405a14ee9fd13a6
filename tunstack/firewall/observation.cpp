#include "tunstack/firewall/observation.hpp"
