#include "cluster/migrations.hpp"
