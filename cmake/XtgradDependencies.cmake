# Finds what xtgrad stands on, and says what to install when it is missing.

find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(xtensor REQUIRED)

# A BLAS that links is not yet one that works: one small product is computed and compared.
find_package(BLAS REQUIRED)
