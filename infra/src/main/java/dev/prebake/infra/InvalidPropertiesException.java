package dev.prebake.infra;

import java.util.List;

/** The deployment's properties can't be right; the message has every problem. */
public final class InvalidPropertiesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidPropertiesException(List<String> problems) {
        super("The image cache's properties (the CDK's context 'prebake', in cdk.json) are not valid: "
                + String.join("; ", problems) + ".");
    }
}
