package dev.prebake.lab.cloud;

import dev.prebake.lab.wire.AwsFault;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sfn.model.InvalidNameException;

/**
 * Names and ARNs of state machines and executions.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html">what a name must not have</a>
 */
final class StatesNames {
    private static final String PREFIX = "arn:aws:states:" + Account.REGION + ":" + Account.ID + ":";
    private static final Pattern NAME =
            Pattern.compile("[^\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\\p{Cntrl}\\x7F-\\x9F\\uFFFE\\uFFFF\\p{Cs}]{1,80}");
    private static final Pattern PLAIN = Pattern.compile("[0-9A-Za-z._-]{1,80}");
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:states:[^:]*:[^:]*:(?<type>stateMachine|execution):(?<rest>.+)");
    private static final int LONGEST_ARN = 256;

    private StatesNames() {}

    /** Refuses what can be no name of a state machine or an execution. */
    static void check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw AwsFault.of(
                    InvalidNameException.builder(),
                    AwsAnswers.BAD_REQUEST,
                    "InvalidName",
                    "Invalid Name: '" + name
                            + "'. A name has 1 to 80 characters, without white space, control characters"
                            + " and any of < > { } [ ] ? * \" # % \\ ^ | ~ ` $ & , ; : /");
        }
    }

    static String machineArn(String machine) {
        return PREFIX + "stateMachine:" + machine;
    }

    static String executionArn(String machine, String execution) {
        return PREFIX + "execution:" + machine + ":" + execution;
    }

    /** A state machine's ARN must be one; whether there is such a machine is another question. */
    static void checkMachineArn(@Nullable String member) {
        checkArn("stateMachineArn", member, "stateMachine");
    }

    static void checkExecutionArn(@Nullable String member) {
        checkArn("executionArn", member, "execution");
    }

    private static void checkArn(String member, @Nullable String value, String type) {
        String arn = StatesFault.required(member, value);
        Matcher matcher = ARN.matcher(arn);
        if (arn.length() > LONGEST_ARN
                || !matcher.matches()
                || !matcher.group("type").equals(type)) {
            throw StatesFault.invalidArn(arn);
        }
    }

    /** The execution's name in its ARN; what stands before it has been compared. */
    static String executionName(String arn) {
        return arn.substring(arn.lastIndexOf(':') + 1);
    }

    /** The machine's name in an execution's ARN. */
    static String machineName(String executionArn) {
        String before = executionArn.substring(0, executionArn.lastIndexOf(':'));
        return before.substring(before.lastIndexOf(':') + 1);
    }

    /** A file's name for what has a name: itself where every file system takes it, otherwise a digest of it. */
    static String fileName(String name) {
        return PLAIN.matcher(name).matches() ? name : "~" + sha256(name);
    }

    /** In hexadecimal digits, of the text in UTF-8. */
    static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
