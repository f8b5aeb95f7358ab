#include "cluster/joiner.hpp"
