"""Enforcement officers and their certificates (执法人员、执法证).

Only who holds a valid certificate may inspect (行政处罚法 第四十二条; 国办发〔2024〕54号: auxiliary staff
without one must not). The register follows the facts of the officer table; what the platform adds
is absence from post, the warning before a certificate runs out, and the answer to "who may
inspect what on that day". An officer may have no account.
"""
