"""What Airflow's FAB auth manager reads: the roles of the IOC beside Airflow's own (docs/van-hanh.md).

No setting and no command of FAB's makes a permission on a view that is not one of Airflow's own; a security manager
does. What else FAB may be told (LDAP, OAuth) goes here too.
"""

from typing import Any, ClassVar

from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride as Fab

LOOKS, SENDS = ("can_read", "IOC"), ("can_read", "IOC Desk")  # plugins/ioc_pages.py asks for these


class SecurityManager(Fab):
    """Makes the roles with the tables, and keeps what was added to them since."""

    ROLE_CONFIGS: ClassVar[list[dict[str, Any]]] = [
        *Fab.ROLE_CONFIGS,
        {"role": "IOC Viewer", "perms": [LOOKS]},
        {"role": "IOC Clerk", "perms": [SENDS]},
        {
            "role": "IOC Operator",
            "perms": [*Fab.VIEWER_PERMISSIONS, *Fab.USER_PERMISSIONS, *Fab.OP_PERMISSIONS, LOOKS, SENDS],
        },
    ]


SECURITY_MANAGER_CLASS = SecurityManager
