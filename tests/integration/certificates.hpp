// Certificates for tests.
#pragma once

#include "support/process.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace rediserve::redis {

// A certificate authority and what it has signed, made by openssl in a folder of the test.
class certificates
{
public:
    certificates()
    {
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 2 "
            "-subj '/CN=test CA' -addext basicConstraints=critical,CA:TRUE");
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.crt "
            "-days 2 "
            "-subj '/CN=other CA'");
        sign("server", "serverAuth", "DNS:localhost,IP:127.0.0.1");
        sign("elsewhere", "serverAuth", "DNS:elsewhere.invalid");
        sign("client", "clientAuth", "DNS:client");
        sign("node", "serverAuth,clientAuth", "DNS:localhost,IP:127.0.0.1");
    }

    std::string operator()(const char* name) const { return (folder_.path() / name).string(); }

private:
    void run(const std::string& command) const
    {
        const auto quiet = "cd '" + folder_.path().string() + "' && " + command + " >openssl.log 2>&1";
        if (std::system(quiet.c_str()) != 0)
            ADD_FAILURE() << command;
    }

    void sign(const std::string& name, const std::string& usage, const std::string& names) const
    {
        std::ofstream((folder_.path() / (name + ".ext")).string())
            << "basicConstraints=CA:FALSE\nextendedKeyUsage=" << usage << "\nsubjectAltName=" << names << "\n";
        run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key -out " + name
            + ".csr -subj /CN=" + name + " && openssl x509 -req -in " + name
            + ".csr -CA ca.crt -CAkey ca.key -CAcreateserial " + "-days 2 -extfile " + name + ".ext -out " + name
            + ".crt");
    }

    test::temporary_folder folder_;
};

}   // namespace rediserve::redis
