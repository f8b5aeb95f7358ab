#include "cluster/redirect.hpp"
