#include "proxy/cli/cli.h"

int main(int argc, char** argv) {
  return proxy::run(argc, argv);
}
