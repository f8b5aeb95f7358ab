#include "cluster/slot_map.hpp"
