package dev.prebake.operate;

/**
 * What an account may have at most in a Region, of what bakes and nodes come up against, under its codes in Service Quotas
 * (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html,
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html).
 */
public enum Quota {
    /** Snapshots with Fast Snapshot Restore. */
    FAST_RESTORES("ebs", "L-631ECBD3"),
    /** Storage of all gp3 volumes together, in TiB. */
    GP3_TIB("ebs", "L-7A658B76"),
    /** vCPUs of all running On-Demand instances of the families A, C, D, H, I, M, R, T and Z. */
    STANDARD_VCPUS("ec2", "L-1216C47A"),
    /** vCPUs of all running On-Demand instances of the families G and VT. */
    G_VCPUS("ec2", "L-DB2E81BA"),
    /** vCPUs of all running On-Demand instances of the families P. */
    P_VCPUS("ec2", "L-417A185B");

    private final String service;
    private final String code;

    Quota(String service, String code) {
        this.service = service;
        this.code = code;
    }

    /** The service's code in Service Quotas. */
    public String service() {
        return service;
    }

    /** Its own. */
    public String code() {
        return code;
    }
}
