#include "cluster/scan_cursor.hpp"
