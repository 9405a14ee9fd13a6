#include "tunstack/firewall/catalogue.hpp"
