package dev.prebake.cli;

import dev.prebake.lab.cloud.CallFault;
import dev.prebake.lab.cloud.FaultPlan;
import dev.prebake.lab.cloud.ObservedCall;
import java.util.List;
import java.util.SortedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A fault that a lab's calls are to have.
 *
 * @param first the first call that has it
 * @param times how many in a row have it, from 1
 */
record PlannedFault(ObservedCall first, int times, CallFault fault) {
    private static final Pattern FORM =
            Pattern.compile("(?:(?<who>[^/=]+)/)?(?<service>[a-z0-9]+):(?<operation>[A-Z][A-Za-z0-9]*)"
                    + "=(?<fault>[A-Za-z][A-Za-z0-9.-]*)(?::(?<times>[1-9][0-9]{0,5}|always))?");

    /** Reads one. */
    static PlannedFault parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text
                    + "' is none; write [WHO/]SERVICE:OPERATION=FAULT[:TIMES], such as"
                    + " states:DescribeExecution=ThrottlingException:2");
        }
        String service = matcher.group("service");
        String who = matcher.group("who") == null ? FaultPlan.ANYBODY : matcher.group("who");
        String times = matcher.group("times") == null ? "1" : matcher.group("times");
        CallFault fault = switch (matcher.group("fault")) {
            case "unanswered" -> new CallFault.Unanswered();
            case "answer-lost" -> new CallFault.AnswerLost();
            default -> CallFault.Refused.of(service, matcher.group("fault"));
        };
        return new PlannedFault(
                new ObservedCall(who, service + ":" + matcher.group("operation"), 1),
                times.equals("always") ? FaultPlan.ALWAYS : Integer.parseInt(times),
                fault);
    }

    /** Puts all of them into a plan. */
    static FaultPlan plan(List<PlannedFault> faults) {
        FaultPlan plan = FaultPlan.unobserved();
        faults.forEach(fault -> plan.call(fault.first(), fault.times(), fault.fault()));
        return plan;
    }

    /** Refuses those of operations that a lab doesn't have, which would never come. */
    static void requireServed(List<PlannedFault> faults, SortedSet<String> operations) {
        List<String> unknown = faults.stream()
                .map(fault -> fault.first().action())
                .filter(action -> !operations.contains(action))
                .toList();
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "--fault: the lab has no " + String.join(", ", unknown) + ". It has "
                            + String.join(", ", operations) + ".",
                    null);
        }
    }

    /** For an option. */
    static final class Converter implements ITypeConverter<PlannedFault> {
        @Override
        public PlannedFault convert(String value) {
            return parse(value);
        }
    }
}
