#include "tunstack/firewall/catalogue.hpp"

#include <gtest/gtest.h>
