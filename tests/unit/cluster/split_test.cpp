#include "cluster/split.hpp"
