package dev.prebake.lab.cloud;

import java.time.Instant;

/**
 * A version of an SSM parameter, as the lab keeps it.
 *
 * @param name its full name
 * @param value its value
 * @param type {@code String}, {@code StringList} or {@code SecureString}
 * @param version counts from 1, one up with every write
 * @param modifiedAt when it was written
 */
record StoredParameter(String name, String value, String type, long version, Instant modifiedAt) {
    /**
     * How many versions of a parameter are kept
     * (https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html).
     */
    static final int MOST_VERSIONS = 100;
}
